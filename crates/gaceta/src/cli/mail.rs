//! `gaceta mail`: tries whether mail leaves, and makes the key that signs it (DKIM).

use std::path::PathBuf;

use clap::Subcommand;
use web::letter::Letter;

use super::{config, say};
use base::config::{Config, MailTransport};
use base::mail::dkim::{self, Algorithm, in_strings};
use base::mail::{Fate, Mailer, Refused, Sender, Stage};
use base::rng::Rng;
use base::time::Clock;
use readers::Email;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send one mail now, and say what became of it; nothing is put into the outbox.
    Test {
        /// Where to.
        address: String,
    },
    /// Make a key that signs mails, in a new file that only you can read, and say what the DNS needs.
    Key {
        /// The file, such as dkim.pem.
        file: PathBuf,
        /// An Ed25519 key, to stand beside the usual one (RSA of 2048 bits).
        #[arg(long)]
        ed25519: bool,
    },
}

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(file: Option<PathBuf>, what: Mail) -> anyhow::Result<()> {
    let config = config(file)?;
    match what {
        Mail::Test { address } => test(&config, &address).await,
        Mail::Key { file, ed25519 } => key(&config, file, ed25519),
    }
}

async fn test(config: &Config, address: &str) -> anyhow::Result<()> {
    web::locale::load(&[web::TEXTS]);
    let to: Email = address
        .parse()
        .map_err(|()| anyhow::anyhow!("{address:?} is no mail address"))?;
    let mailer = Mailer::new(&config.mail)?;
    let (say, now) = (say(), Clock::System.now());
    let letter = Letter::new(
        say,
        say.with("letter-test-subject", "paper", config.site.name.as_str()),
    )
    .says(say.say("letter-test-text"))
    .fact(
        say.say("letter-when"),
        say.moment(now, &jiff::tz::TimeZone::UTC),
    );
    let mail = letter
        .framed(&config.site, to.as_str())
        .map_err(|error| anyhow::anyhow!("the mail cannot be written: {error}"))?;
    let name = format!("test-{}", Rng::System.token());
    let server = &config.mail.smtp_url;
    match mailer.send(&mail, &name, now).await {
        Ok(said) if config.mail.transport == MailTransport::Smtp => {
            println!("{server} took the mail for {to}: {said}");
            println!(
                "If it does not arrive within minutes, look among the unwanted mail, and ask `gaceta doctor mail`."
            );
            Ok(())
        }
        Ok(said) => {
            println!("The mail was {said}. [mail] transport = \"smtp\" sends it.");
            Ok(())
        }
        Err(error) => match error.downcast_ref::<Refused>() {
            Some(refused) => anyhow::bail!("{}", told(&server.to_string(), &to, refused)),
            None => Err(error),
        },
    }
}

/// At which step it failed, and what that means.
fn told(server: &str, to: &Email, refused: &Refused) -> String {
    let at = match refused.stage {
        Stage::Connect => format!("{server} cannot be reached; see [mail] smtp_url"),
        Stage::SignIn => {
            format!("{server} does not take the name and password in [mail] smtp_url")
        }
        Stage::From => format!("{server} does not send for the address in [mail] from"),
        Stage::Recipient => format!("{server} does not take mail for {to}"),
        Stage::Content => format!("{server} did not take the mail itself"),
    };
    let then = match refused.fate {
        Fate::Later => "A mail of the paper would be tried again later.",
        Fate::Never => "A mail of the paper would be given up.",
        Fate::NoMailbox => {
            "There is no such mailbox. A mail of the paper would be given up, and this noted beside the address."
        }
    };
    format!(
        "{at}. It said: {}. {then}",
        refused.said.trim_end_matches('.')
    )
}

fn key(config: &Config, file: PathBuf, ed25519: bool) -> anyhow::Result<()> {
    let (algorithm, setting) = if ed25519 {
        (Algorithm::Ed25519, "dkim_second_key")
    } else {
        (Algorithm::Rsa, "dkim_key")
    };
    let record = dkim::make_key(&file, algorithm)?;
    let mut mail = config.mail.clone();
    // Only the new one: another may be named that is not there yet.
    (mail.dkim_key, mail.dkim_second_key) = if ed25519 {
        (PathBuf::new(), file.clone())
    } else {
        (file.clone(), PathBuf::new())
    };
    let sender = Sender::new(&mail)?;
    let at: Vec<String> = sender.signers().iter().map(dkim::Signer::name).collect();
    let file = std::path::absolute(&file)?;
    println!(
        "The key is in {}. Keep it there and nowhere else.",
        file.display()
    );
    println!(
        "\n1. Add this TXT record to the DNS, at {}:\n",
        at.join(", ")
    );
    println!("{}", in_strings(&record));
    println!("\n2. When it is there, set this in gaceta.toml and start the paper again:\n");
    println!("[mail]\n{setting} = {:?}", file.display().to_string());
    println!("\n3. `gaceta doctor mail` says whether both go together.");
    Ok(())
}
