//! The mails that a paper sent, and those that wait.

use base::db::Tx;
use base::jobs::MAX_ATTEMPTS;
use base::mail::{Mail, Mailer};

use super::TestPaper;

/// Jobs that are due, but for mails that only tell of what was done ([`only_tells`]).
pub(crate) async fn count_due(tx: &mut Tx) -> i64 {
    let now = tx.now();
    let due = base::db::fetch_all!(
        tx,
        (String,),
        "SELECT payload FROM job WHERE run_at <= $1 AND attempts < $2",
        now,
        MAX_ATTEMPTS
    );
    let due = due.unwrap();
    let due = due.iter().filter(|(payload,)| {
        let mail = serde_json::from_str::<Mail>(payload);
        !mail.is_ok_and(|mail| only_tells(&mail))
    });
    i64::try_from(due.count()).unwrap()
}

/// Whether a mail asks for nothing and tells of what its reader, or the paper, has done: those come with what most tests do.
fn only_tells(mail: &Mail) -> bool {
    let pages = [
        "/?lang=",
        "/account?lang=",
        "/account/devices?lang=",
        "/account/subscription?lang=",
        "/plans?lang=",
    ];
    pages.iter().any(|page| mail.text.contains(page))
}

impl TestPaper {
    /// Runs every job that is due; all mails that were sent so far, the oldest first, but for those that only tell of what was
    /// done.
    pub async fn mails(&self) -> Vec<Mail> {
        let mut mails = self.all_mails().await;
        mails.retain(|mail| !only_tells(mail));
        mails
    }

    /// The same with those that only tell of what was done.
    pub async fn all_mails(&self) -> Vec<Mail> {
        while gaceta::jobs::step(&self.app).await.unwrap() {}
        let Mailer::Memory(sent) = &self.app.base.mailer else {
            panic!("mails of tests are kept in memory");
        };
        sent.lock().unwrap().clone()
    }

    /// The path of the link in the newest mail that leads below `start`, after everything that waits was sent.
    pub async fn mailed_link(&self, start: &str) -> String {
        let sent = self.mails().await;
        let link = sent.iter().rev().find_map(|mail| {
            let path = mail.text.split(start).nth(1)?;
            path.split_whitespace().next().map(str::to_owned)
        });
        format!("{start}{}", link.expect("a mail has such a link"))
    }
    /// The newest code that was mailed, as it stands there: two groups of four digits.
    pub async fn mailed_code(&self) -> String {
        let code = |text: &str| {
            let groups: Vec<_> = text.split(|sign: char| !sign.is_ascii_digit()).collect();
            let is_code = |pair: &&[&str]| pair.iter().all(|group| group.len() == 4);
            groups.windows(2).find(is_code).map(|pair| pair.join(" "))
        };
        let sent = self.mails().await;
        let newest = sent.iter().rev().find_map(|mail| code(&mail.text));
        newest.expect("a mail has a code")
    }
}
