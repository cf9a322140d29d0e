//! SPF (RFC 7208): who may send for a domain. Whether an address may is evaluated by `mail-auth`; here its questions are
//! counted, since receivers stop at ten.

use std::net::IpAddr;

use mail_auth::SpfResult;
use mail_auth::spf::verify::SpfParameters;

use super::names::{Names, Silence};
use crate::cli::doctor::Findings;

/// Questions that evaluating a record may take (4.6.4).
const MOST_QUESTIONS: usize = 10;
/// Names that are looked at in all, so that records which name each other come to an end.
const MOST_NAMES: usize = 60;

/// What one record says, as far as it matters here.
#[derive(Debug, Default, PartialEq, Eq)]
struct Record {
    /// Domains whose records are part of it.
    included: Vec<String>,
    /// Questions it asks itself, those for what it includes among them.
    questions: usize,
    /// What becomes of everybody else: the qualifier of `all`.
    all: Option<char>,
    /// Another record instead of `all`.
    redirect: Option<String>,
    /// A term that nobody understands.
    unknown: Option<String>,
    /// Whether it asks for names of addresses (`ptr`), which it should not.
    has_pointer: bool,
}

fn parse(text: &str) -> Record {
    let mut record = Record::default();
    for term in text.split_ascii_whitespace().skip(1) {
        let lower = term.to_ascii_lowercase();
        if let Some(domain) = lower.strip_prefix("redirect=") {
            record.redirect = Some(domain.to_owned());
            continue;
        }
        let bare = lower.trim_start_matches(['+', '-', '~', '?']);
        let qualifier = lower.chars().next().filter(|c| "+-~?".contains(*c));
        let name = bare.split([':', '/', '=']).next().unwrap_or(bare);
        let value = bare.split_once(':').map(|(_, value)| value);
        match name {
            "all" => record.all = record.all.or(Some(qualifier.unwrap_or('+'))),
            "include" => {
                record.questions += 1;
                record.included.extend(value.map(str::to_owned));
            }
            "a" | "mx" | "exists" => record.questions += 1,
            "ptr" => {
                record.questions += 1;
                record.has_pointer = true;
            }
            "ip4" | "ip6" => {}
            // Modifiers that are not known are to be ignored (6).
            _ if bare.contains('=') => {}
            _ => record.unknown = record.unknown.or_else(|| Some(term.to_owned())),
        }
    }
    // Behind `all` it is never reached (6.1).
    match record.redirect {
        Some(_) if record.all.is_none() => record.questions += 1,
        _ => record.redirect = None,
    }
    record
}

async fn texts(names: &Names, domain: &str) -> Result<Vec<String>, Silence> {
    let mut all = names.texts(domain).await?;
    all.retain(|text| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    });
    Ok(all)
}

pub async fn examine(names: &Names, domain: &str, ip: Option<IpAddr>, found: &mut Findings) {
    let own = match texts(names, domain).await {
        Ok(own) => own,
        Err(silence) => return found.wrong(format!("SPF: {silence}")),
    };
    let text = match own.as_slice() {
        [text] => text,
        [] => {
            return found.wrong(format!(
                "SPF: {domain} has no record, so nobody knows who may send for it; add a TXT record such as \"v=spf1 mx -all\", with what your mail server's owner tells you in place of mx"
            ));
        }
        several => {
            return found.wrong(format!(
                "SPF: {domain} has {} records, and then none counts; make one of them",
                several.len()
            ));
        }
    };
    let own = parse(text);
    let mut is_void = own.unknown.is_some();
    if let Some(term) = &own.unknown {
        found.wrong(format!(
            "SPF: nobody understands {term:?} in the record of {domain}, so it counts for nothing; take it out"
        ));
    }
    match (own.all, &own.redirect) {
        (Some('+'), _) => found.wrong(format!(
            "SPF: the record of {domain} says that anybody may send for it (+all); end it with -all or ~all"
        )),
        (None, None) => found.note(format!(
            "SPF: the record of {domain} does not say what holds for everybody else; end it with -all or ~all"
        )),
        _ => {}
    }
    if own.has_pointer {
        found.note(format!(
            "SPF: the record of {domain} uses ptr, which is slow and often ignored (RFC 7208, 5.5); name addresses instead"
        ));
    }
    match count(names, domain, own).await {
        Err(trouble) => {
            is_void = true;
            found.wrong(format!("SPF: {trouble}"));
        }
        Ok(questions) if questions > MOST_QUESTIONS => {
            is_void = true;
            found.wrong(format!(
                "SPF: evaluating the record of {domain} takes {questions} questions to the DNS, and receivers stop at {MOST_QUESTIONS}, so it counts for nothing; take out what you do not send by"
            ));
        }
        Ok(questions) => found.fine(format!(
            "SPF: {domain} has a record, which takes {questions} of {MOST_QUESTIONS} questions to the DNS"
        )),
    }
    // Of a record that counts for nothing it was said why.
    if let Some(ip) = ip.filter(|_| !is_void) {
        evaluate(names, domain, ip, found).await;
    }
}

/// The questions of a record and of everything it includes.
async fn count(names: &Names, domain: &str, own: Record) -> Result<usize, String> {
    let (mut questions, mut looked_at) = (0, 0);
    let mut waiting = vec![own];
    while let Some(record) = waiting.pop() {
        questions += record.questions;
        let further = record.included.into_iter().chain(record.redirect);
        // Whom a macro names depends on the mail; its own question is counted.
        for name in further.filter(|name| !name.contains('%')) {
            looked_at += 1;
            if looked_at > MOST_NAMES {
                return Ok(questions);
            }
            let found = texts(names, &name)
                .await
                .map_err(|silence| silence.to_string())?;
            let [text] = found.as_slice() else {
                return Err(format!(
                    "the record of {domain} includes {name}, which has {} of its own and should have one, so it counts for nothing",
                    found.len()
                ));
            };
            waiting.push(parse(text));
        }
    }
    Ok(questions)
}

async fn evaluate(names: &Names, domain: &str, ip: IpAddr, found: &mut Findings) {
    let sender = format!("postmaster@{domain}");
    let asked = SpfParameters::verify_mail_from(ip, domain, domain, &sender);
    let said = names.authenticator().verify_spf(asked).await.result();
    match said {
        SpfResult::Pass => found.fine(format!("SPF: {ip} may send for {domain}")),
        SpfResult::TempError => found.wrong(format!(
            "SPF: the DNS gave no answer when {ip} was looked for; try again later"
        )),
        other => found.wrong(format!(
            "SPF: {ip} may not send for {domain} ({other:?}); add ip4:{ip} (or ip6:) or your mail server's include to the record"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_counted_as_receivers_count_them() {
        for (text, questions) in [
            ("v=spf1 -all", 0),
            ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all", 0),
            (
                "v=spf1 a mx ptr exists:%{i}.x.example include:y.example ~all",
                5,
            ),
            ("v=spf1 A:mail.example/28 MX/24 ?all", 2),
            ("v=spf1 redirect=_spf.example", 1),
            ("v=spf1 -all redirect=_spf.example", 0),
            ("v=spf1 exp=why.example -all", 0),
        ] {
            assert_eq!(parse(text).questions, questions, "{text}");
        }
        let record = parse("v=spf1 +ip4:192.0.2.1 ipv4:192.0.2.2 all");
        assert_eq!(record.unknown.as_deref(), Some("ipv4:192.0.2.2"));
        assert_eq!(record.all, Some('+'));
    }
}
