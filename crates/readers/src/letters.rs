//! The mails of accounts, in the language of whoever gets them; [`web::letter`] is their frame. No name stands in them,
//! since anyone can type a name for somebody else's address.

use base::Base;
use base::jobs::Priority;
use base::lang::Lang;
use base::mail::Mail;
use base::time::Span;
use web::Result;
use web::letter::Letter as Framed;
use web::locale::Say;

/// What a mail about an account is about.
#[derive(Clone, Copy, Debug)]
pub enum Letter<'a> {
    /// Press a button to make the account; the token of the link.
    Prove(&'a str),
    /// Somebody signed up with an address that has an account; the token of a link to a new password.
    Known(&'a str),
    /// Set a new password; the token of the link.
    Reset(&'a str),
    /// Sign in: press a button in the browser that asked, or type the code there.
    SignIn {
        /// The token of the link.
        token: &'a str,
        /// The code, in groups.
        code: &'a str,
    },
    /// Somebody wanted to sign in, but there is no account with this address.
    Nobody,
    /// A new password was asked for, but there is no account with this address.
    Unknown,
    /// The password was changed.
    Changed {
        /// Date, time and zone.
        when: &'a str,
    },
    /// All other devices were signed out, since one of them is not known.
    Secured {
        /// Date, time and zone.
        when: &'a str,
    },
    /// Press a button to change the address to this one; the token of the link.
    NewEmail(&'a str),
    /// Somebody wanted to change their address to this one, which has an account.
    Taken,
    /// The address is another one now; the token of the link that brings this one back.
    OldEmail(&'a str),
    /// This is the address now.
    Moved,
    /// Whoever looked after the subscription is gone, and now this one does.
    Successor,
    /// The account was made.
    Welcome,
    /// Somebody signed in on a device that was not known before.
    Device {
        /// What it is called.
        name: &'a str,
        /// Date, time and zone.
        when: &'a str,
    },
}

/// Writes a letter.
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn write(base: &Base, lang: Lang, to: &str, letter: Letter<'_>) -> Result<Mail> {
    let (say, accounts) = (Say::new(lang), &base.config.accounts);
    let (stem, path, lasts_for) = match letter {
        Letter::Prove(token) => ("prove", format!("/proof/{token}"), Some(accounts.proof_for)),
        Letter::Known(token) => ("known", format!("/reset/{token}"), Some(accounts.reset_for)),
        Letter::Reset(token) => ("reset", format!("/reset/{token}"), Some(accounts.reset_for)),
        // It must leave when the mail with the link would.
        Letter::Unknown => ("unknown", "/sign-up".to_owned(), Some(accounts.reset_for)),
        Letter::SignIn { token, .. } => (
            "sign-in",
            format!("/sign-in/link/{token}"),
            Some(accounts.link_for),
        ),
        // It must leave when the mail with the link would.
        Letter::Nobody => ("nobody", "/sign-up".to_owned(), Some(accounts.link_for)),
        Letter::Changed { .. } => ("changed", "/reset".to_owned(), None),
        Letter::Secured { .. } => ("secured", "/reset".to_owned(), None),
        Letter::NewEmail(token) => (
            "new-email",
            format!("/email/{token}"),
            Some(accounts.proof_for),
        ),
        // It must leave when the mail with the link would.
        Letter::Taken => ("taken", "/reset".to_owned(), Some(accounts.proof_for)),
        Letter::OldEmail(token) => (
            "old-email",
            format!("/restore/{token}"),
            Some(accounts.address_back_for),
        ),
        Letter::Moved => ("moved", "/account".to_owned(), None),
        Letter::Successor => ("successor", "/account/seats".to_owned(), None),
        Letter::Welcome => ("welcome", "/account".to_owned(), None),
        Letter::Device { .. } => ("device", "/account/devices".to_owned(), None),
    };
    let days = accounts.address_back_for.0 / Span::days(1).0;
    let text = |part: &str| {
        let (key, paper) = (
            format!("letter-{stem}-{part}"),
            base.config.site.name.as_str(),
        );
        say.with2(&key, "paper", paper, "days", days)
    };
    let mut framed = Framed::new(say, text("subject")).says(text("opening"));
    framed = match letter {
        Letter::Changed { when } | Letter::Secured { when } => {
            framed.fact(say.say("letter-when"), when.to_owned())
        }
        Letter::SignIn { code, .. } => framed.fact(say.say("letter-code"), code.to_owned()),
        Letter::Device { name, when } => framed
            .fact(say.say("letter-device"), name.to_owned())
            .fact(say.say("letter-when"), when.to_owned()),
        _ => framed,
    };
    framed = match letter {
        Letter::Welcome | Letter::Successor => framed,
        _ => framed.priority(Priority::First),
    };
    if let Some(lasts_for) = lasts_for {
        framed = framed.good_until(base.clock.now().plus(lasts_for));
    }
    framed
        .button(text("button"), format!("{path}?lang={lang}"))
        .closes(text("closing"))
        .to(base, to)
}
