//! DMARC as of RFC 9989: found by walking up the tree of names, without a list of public suffixes. `pct`, `rf` and `ri` are
//! gone, and nothing here advises them.

use base::mail::Sender;

use super::dkim::{tags, value};
use super::names::{Names, Silence};
use crate::cli::doctor::Findings;

/// Questions of one walk (RFC 9989, 4.10).
const MOST_LABELS: usize = 8;

/// A record, and where it was found.
struct Record {
    domain: String,
    tags: Vec<(String, String)>,
}

impl Record {
    fn value(&self, name: &str) -> Option<&str> {
        value(&self.tags, name)
    }

    fn is_strict(&self, name: &str) -> bool {
        self.value(name).is_some_and(|mode| mode == "s")
    }
}

/// The names that are asked, from the domain itself up to the top.
fn path(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let mut path = vec![domain.to_owned()];
    let next = if labels.len() > MOST_LABELS {
        labels.len() - (MOST_LABELS - 1)
    } else {
        1
    };
    path.extend((next..labels.len()).map(|at| labels[at..].join(".")));
    path
}

/// Every record on the way up; the walk ends at one that says whether it is a public suffix.
async fn walk(names: &Names, domain: &str) -> Result<Vec<Record>, Silence> {
    let mut found = Vec::new();
    for domain in path(domain) {
        let texts = names.texts(&format!("_dmarc.{domain}")).await?;
        let mut records: Vec<_> = texts
            .iter()
            .filter(|text| text.split(';').next().is_some_and(is_version))
            .map(|text| tags(text))
            .collect();
        // Of several none counts.
        if records.len() != 1 {
            continue;
        }
        let record = Record {
            domain,
            tags: records.remove(0),
        };
        let ends = matches!(record.value("psd"), Some("y" | "n"));
        found.push(record);
        if ends {
            break;
        }
    }
    Ok(found)
}

fn is_version(tag: &str) -> bool {
    let version = tag.split_once('=');
    version.is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("v") && value.trim() == "DMARC1"
    })
}

/// The organisational domain: names below one and the same are aligned (4.10.2).
fn organisation(domain: &str, walked: &[Record]) -> String {
    for record in walked {
        match record.value("psd") {
            Some("n") => return record.domain.clone(),
            Some("y") if record.domain != domain => {
                let below = domain.strip_suffix(&format!(".{}", record.domain));
                let label = below.and_then(|below| below.rsplit('.').next());
                if let Some(label) = label {
                    return format!("{label}.{}", record.domain);
                }
            }
            _ => {}
        }
    }
    let highest = walked.last().map(|record| record.domain.as_str());
    highest.unwrap_or(domain).to_owned()
}

pub async fn examine(names: &Names, sender: &Sender, found: &mut Findings) {
    let domain = sender.domain();
    let walked = match walk(names, domain).await {
        Ok(walked) => walked,
        Err(silence) => return found.wrong(format!("DMARC: {silence}")),
    };
    let organisation_of = organisation(domain, &walked);
    let at = |name: &str| walked.iter().find(|record| record.domain == name);
    let public = || walked.iter().find(|one| one.value("psd") == Some("y"));
    let Some(record) = at(domain).or_else(|| at(&organisation_of)).or_else(public) else {
        return found.wrong(format!(
            "DMARC: {domain} has no record, and large receivers want one; add a TXT record at _dmarc.{organisation_of}: \"v=DMARC1; p=none; rua=mailto:dmarc@{organisation_of}\", and once the reports show only mails of yours, p=quarantine, then p=reject"
        ));
    };
    policy(record, domain, found);
    for signer in sender.signers() {
        align(
            names,
            record,
            (domain, &organisation_of),
            signer.domain(),
            found,
        )
        .await;
    }
    // The sender of the envelope is the sender of the mail.
    found.fine(format!("DMARC: SPF speaks for {domain} itself"));
}

fn policy(record: &Record, domain: &str, found: &mut Findings) {
    let at = format!("_dmarc.{}", record.domain);
    let for_it = if record.domain == domain { "p" } else { "sp" };
    let said = record.value(for_it).or_else(|| record.value("p"));
    let policy = match said {
        Some(policy @ ("none" | "quarantine" | "reject")) => policy,
        None if record.value("rua").is_some() => "none",
        other => {
            return found.wrong(format!(
                "DMARC: {at} says p={}, which nobody understands; it is none, quarantine or reject",
                other.unwrap_or_default()
            ));
        }
    };
    let is_test = record.value("t") == Some("y");
    let acts = match (policy, is_test) {
        ("reject", true) => "quarantine",
        (_, true) => "none",
        (policy, false) => policy,
    };
    match acts {
        "none" => found.note(format!(
            "DMARC: {at} keeps nobody from sending in your name (p=none); once the reports show only mails of yours, set p=quarantine, then p=reject"
        )),
        acts => found.fine(format!("DMARC: {at} says {policy}, and receivers do {acts}")),
    }
    if is_test {
        found.note(format!(
            "DMARC: {at} says that it is a test (t=y), which makes each policy one step weaker; take it out when you are sure"
        ));
    }
    if record.value("rua").is_none() {
        found.note(format!(
            "DMARC: {at} asks for no reports; add rua=mailto:.. to see who sends in your name"
        ));
    }
    let gone: Vec<&str> = ["pct", "rf", "ri"]
        .into_iter()
        .filter(|name| record.value(name).is_some())
        .collect();
    if !gone.is_empty() {
        found.note(format!(
            "DMARC: {at} has {}, which no longer mean anything (RFC 9989); take them out",
            gone.join(", ")
        ));
    }
}

async fn align(
    names: &Names,
    record: &Record,
    (domain, organisation_of): (&str, &str),
    signs: &str,
    found: &mut Findings,
) {
    let aligned = if signs == domain {
        true
    } else if record.is_strict("adkim") {
        false
    } else {
        match walk(names, signs).await {
            Ok(walked) => organisation(signs, &walked) == organisation_of,
            Err(silence) => return found.wrong(format!("DMARC: {silence}")),
        }
    };
    if aligned {
        found.fine(format!(
            "DMARC: the signature of {signs} speaks for {domain}"
        ));
    } else {
        found.wrong(format!(
            "DMARC: the signature of {signs} does not speak for {domain}; leave [mail] dkim_domain empty"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(domain: &str, text: &str) -> Record {
        Record {
            domain: domain.to_owned(),
            tags: tags(text),
        }
    }

    #[test]
    fn the_walk_asks_eight_names_at_most() {
        assert_eq!(path("a.b.example"), ["a.b.example", "b.example", "example"]);
        let long = path("a.b.c.d.e.f.g.h.i.j.mail.example.com");
        assert_eq!(long.len(), 8);
        assert_eq!(long[1], "g.h.i.j.mail.example.com");
        assert_eq!(long[7], "com");
    }

    #[test]
    fn the_organisation_is_found_without_a_list_of_suffixes() {
        for (domain, walked, expected) in [
            ("news.paper.example", vec![], "news.paper.example"),
            (
                "news.paper.example",
                vec![record("paper.example", "v=DMARC1; p=reject")],
                "paper.example",
            ),
            (
                "news.paper.example",
                vec![
                    record("news.paper.example", "v=DMARC1; p=none"),
                    record("paper.example", "v=DMARC1; p=reject"),
                ],
                "paper.example",
            ),
            (
                "news.paper.example",
                vec![record("news.paper.example", "v=DMARC1; p=none; psd=n")],
                "news.paper.example",
            ),
            (
                "news.paper.co.example",
                vec![record("co.example", "v=DMARC1; p=none; psd=y")],
                "paper.co.example",
            ),
        ] {
            assert_eq!(organisation(domain, &walked), expected);
        }
    }
}
