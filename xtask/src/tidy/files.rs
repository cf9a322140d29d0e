//! What any file may be: not too big, not tied to one machine or one registry.
//!
//! Deliberately not here: what stands in source files (see the other rules).

use super::tree::Tree;
use super::{Finding, finding};

const MOST_BYTES: u64 = 1024 * 1024;

/// Files that may be bigger: (path, reason).
const BIG_FILES: &[(&str, &str)] = &[];

/// Folders that only exist on the machine of whoever wrote the text.
const LOCAL: &[&str] = &["/work/", "/tmp/", "/home/", "/root/", "/Users/"];

/// The rule `big-files`.
pub fn big(tree: &Tree) -> Vec<Finding> {
    let too_big = tree.files.iter().filter(|file| file.size > MOST_BYTES);
    too_big
        .filter(|file| !BIG_FILES.iter().any(|(path, _)| *path == file.path))
        .map(|file| {
            let advice = format!(
                "{} kB: make it smaller, or make it when it is needed",
                file.size / 1024
            );
            finding(&file.path, 1, advice)
        })
        .collect()
}

/// The rule `paths-in-docs`: in prose, and in the comments of programs.
pub fn absolute_paths(tree: &Tree) -> Vec<Finding> {
    let advice = "name the place from the top of the repository";
    let mut found = Vec::new();
    for (file, text) in tree.text(&[".md", ".toml", ".yml", ".ftl"]) {
        for (at, _) in text.lines().enumerate().filter(|(_, line)| is_local(line)) {
            found.push(finding(&file.path, at + 1, advice));
        }
    }
    for (file, source) in tree.rust("") {
        for comment in source
            .comments
            .iter()
            .filter(|comment| is_local(&comment.text))
        {
            found.push(finding(&file.path, comment.line, advice));
        }
    }
    found
}

/// True where one of [`LOCAL`] begins a path; `example.org/work/` is not one.
fn is_local(text: &str) -> bool {
    LOCAL.iter().any(|folder| {
        text.match_indices(folder).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !before.is_some_and(|c| {
                c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '>' | '~')
            })
        })
    })
}

/// The rule `lock-files`.
pub fn lock_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in tree.text(&["package-lock.json"]) {
        for (at, _) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains("\"resolved\": \"http"))
        {
            let advice = "write it again with `omit-lockfile-registry-resolved=true` in .npmrc";
            found.push(finding(&file.path, at + 1, advice));
        }
    }
    let cargo = tree
        .find("Cargo.lock")
        .and_then(|file| file.text.as_deref());
    for (at, line) in cargo.unwrap_or_default().lines().enumerate() {
        let foreign = line.starts_with("source = ")
            && line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        if foreign {
            found.push(finding(
                "Cargo.lock",
                at + 1,
                "take the crate from the usual registry",
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::File;

    #[test]
    fn big_files_are_found() {
        let tree = |size| Tree {
            files: vec![File::new("a.png", size, None)],
        };
        assert_eq!(big(&tree(MOST_BYTES)), []);
        assert_eq!(big(&tree(MOST_BYTES + 1)).len(), 1);
    }

    #[test]
    fn paths_of_one_machine_are_found_in_prose() {
        let good = "See docs/adr/ and https://example.org/work/x, /var/lib/gaceta, target/tmp/x";
        assert_eq!(absolute_paths(&Tree::of(&[("README.md", good)])), []);
        for bad in ["in /work/main/x", "`/tmp/x`", "cd /root/x"] {
            assert_eq!(
                absolute_paths(&Tree::of(&[("README.md", bad)])).len(),
                1,
                "{bad}"
            );
            let comment = format!("// {bad}\nlet x = \"/tmp/x\";");
            assert_eq!(
                absolute_paths(&Tree::of(&[("crates/web/src/a.rs", &comment)])).len(),
                1,
                "{bad}"
            );
        }
    }

    #[test]
    fn addresses_of_registries_are_found_in_lock_files() {
        let lock = |line: &str| lock_files(&Tree::of(&[("e2e/package-lock.json", line)]));
        assert_eq!(lock("\"integrity\": \"sha512-x\""), []);
        assert_eq!(lock("\"resolved\": \"https://example.org/x.tgz\"").len(), 1);
        let git = Tree::of(&[("Cargo.lock", "source = \"git+https://example.org\"")]);
        assert_eq!(lock_files(&git).len(), 1);
    }
}
