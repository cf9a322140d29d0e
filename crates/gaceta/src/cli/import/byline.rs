//! Who wrote an item: names of the file's list of authors and of guest authors (Co-Authors Plus), never a login.

use std::collections::HashMap;

use super::wordpress::line;
use super::wxr::{Export, Item};

/// Login and name of a guest author (Co-Authors Plus).
pub fn guest(item: &Item) -> Vec<(String, String)> {
    let name = line(match item.meta("cap-display_name") {
        "" => item.get("title"),
        name => name,
    });
    let logins = [
        item.meta("cap-user_login"),
        item.meta("cap-linked_account"),
        item.get("wp:post_name"),
    ];
    let logins = logins.into_iter().filter(|login| !login.is_empty());
    logins
        .map(|login| (bare(login).to_owned(), name.clone()))
        .collect()
}

/// A login without what Co-Authors Plus writes before it.
fn bare(login: &str) -> &str {
    login.strip_prefix("cap-").unwrap_or(login)
}

/// The names of those who wrote an item, and how many of them have no name in the file. A login is no name, and neither is
/// a mail address: both were secrets of the old site.
pub fn byline(
    item: &Item,
    export: &Export,
    guests: &HashMap<String, String>,
) -> (Vec<String>, usize) {
    let named = |logins: &[&str]| {
        let mut names = logins.iter().flat_map(|login| {
            let guest = guests.get(bare(login)).cloned();
            let author = export.authors.get(*login).map(|name| line(name));
            guest.into_iter().chain(author)
        });
        let public = |name: &String| {
            let login = logins.contains(&name.as_str()) && !name.contains([' ', '\u{a0}']);
            !name.is_empty() && !name.contains('@') && !login
        };
        names.find(public)
    };
    let mut names: Vec<String> = Vec::new();
    let mut unnamed = 0;
    let mut add = |found: Option<String>| match found {
        Some(name) if names.contains(&name) => {}
        Some(name) => names.push(name),
        None => unnamed += 1,
    };
    let several = item.terms.iter().filter(|term| term.domain == "author");
    let mut any = false;
    for term in several {
        any = true;
        let name = line(&term.name);
        add(named(&[&name, bare(&term.slug), &term.slug]));
    }
    let creator = item.get("dc:creator");
    if !any && !creator.is_empty() {
        add(named(&[creator]));
    }
    (names, unnamed)
}
