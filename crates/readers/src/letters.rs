//! The mails of accounts, in the language of whoever gets them. Links come from the configured public address only,
//! never from what a request says; no name stands in them, since anyone can type a name for somebody else's address.

use askama::Template;

use base::Base;
use base::lang::Lang;
use base::mail::Mail;
use base::time::Span;
use web::Result;
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
    /// A new password was asked for, but there is no account with this address.
    Unknown,
    /// The password was changed.
    Changed,
    /// All other devices were signed out, since one of them is not known.
    Secured,
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
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    say: Say,
    paper: &'a str,
    opening: String,
    link: &'a str,
    closing: String,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    say: Say,
    paper: &'a str,
    subject: &'a str,
    opening: String,
    button: String,
    link: &'a str,
    closing: String,
}

/// Writes a letter.
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn write(base: &Base, lang: Lang, to: &str, letter: Letter<'_>) -> Result<Mail> {
    let say = Say::new(lang);
    let (stem, path) = match letter {
        Letter::Prove(token) => ("prove", format!("/proof/{token}?lang={lang}")),
        Letter::Known(token) => ("known", format!("/reset/{token}?lang={lang}")),
        Letter::Reset(token) => ("reset", format!("/reset/{token}?lang={lang}")),
        Letter::Unknown => ("unknown", format!("/sign-up?lang={lang}")),
        Letter::Changed => ("changed", format!("/reset?lang={lang}")),
        Letter::Secured => ("secured", format!("/reset?lang={lang}")),
        Letter::NewEmail(token) => ("new-email", format!("/email/{token}?lang={lang}")),
        Letter::Taken => ("taken", format!("/reset?lang={lang}")),
        Letter::OldEmail(token) => ("old-email", format!("/restore/{token}?lang={lang}")),
        Letter::Successor => ("successor", format!("/account/seats?lang={lang}")),
        Letter::Moved => ("moved", format!("/account?lang={lang}")),
    };
    let site = &base.config.site;
    let link = format!("{}{path}", site.public_url);
    let days = base.config.accounts.address_back_for.0 / Span::days(1).0;
    let text = |part: &str| {
        let key = format!("letter-{stem}-{part}");
        say.with2(&key, "paper", site.name.as_str(), "days", days)
    };
    let subject = text("subject");
    let (opening, closing) = (text("opening"), text("closing"));
    Ok(Mail {
        to: to.to_owned(),
        text: Text {
            say,
            paper: &site.name,
            opening: opening.clone(),
            link: &link,
            closing: closing.clone(),
        }
        .render()?,
        html: Html {
            say,
            paper: &site.name,
            subject: &subject,
            opening,
            button: text("button"),
            link: &link,
            closing,
        }
        .render()?,
        subject,
    })
}
