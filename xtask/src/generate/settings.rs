//! `docs/settings.md`: every setting, from the file of defaults, whose comments are its documentation.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};

use super::NOTE;
use crate::tidy::layout::Spot;
use crate::tidy::tree::Tree;

const DEFAULTS: Spot = Spot {
    part: "base",
    inside: "gaceta.toml",
};

/// Every setting with its default, the variable that overrides it, and what its comment says.
pub fn document(tree: &Tree) -> anyhow::Result<String> {
    let defaults = tree.at(DEFAULTS).and_then(|file| file.text.as_deref());
    let defaults = defaults.with_context(|| format!("there is no {DEFAULTS}"))?;
    let mut text = format!(
        "{NOTE}\n# Settings\n\nIn `gaceta.toml`, each under the heading of its section; a variable of the environment \
         overrides it. Spans are a number and ms, s, m, h or d.\n"
    );
    let (mut section, mut said, mut count) = (String::new(), String::new(), 0);
    for line in defaults.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            name.clone_into(&mut section);
            said.clear();
            let _ = write!(
                text,
                "\n## [{section}]\n\n| Setting | Default | Variable | What it does |\n|---|---|---|---|\n"
            );
        } else if let Some((name, value)) = setting(line) {
            let variable = format!("GACETA_{section}__{name}").to_uppercase();
            let _ = writeln!(
                text,
                "| `{name}` | `{value}` | `{variable}` | {} |",
                said.trim()
            );
            // It was said of this one; lines right below it speak for themselves.
            said.clear();
            count += 1;
        } else if let Some(comment) = line.strip_prefix('#') {
            said.push_str(comment);
        } else {
            said.clear();
        }
    }
    ensure!(count > 0, "{DEFAULTS} declares no setting");
    Ok(text)
}

/// `# name = value` or `name = value`, with a plain name.
fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    let (name, value) = line.split_once(" = ")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_with_their_comments() {
        let tree = Tree::of(&[(
            "crates/base/src/gaceta.toml",
            "# All of it.\n\n[site]\n# The name.\n# Of the paper.\n# name = \"Gaceta\"\n# port = 1\n# Other.\n# other_thing = 2\n",
        )]);
        let text = document(&tree).unwrap();
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        assert_eq!(
            rows,
            [
                "| `name` | `\"Gaceta\"` | `GACETA_SITE__NAME` | The name. Of the paper. |",
                "| `port` | `1` | `GACETA_SITE__PORT` |  |",
                "| `other_thing` | `2` | `GACETA_SITE__OTHER_THING` | Other. |",
            ]
        );
        assert!(document(&Tree::of(&[("crates/base/src/gaceta.toml", "")])).is_err());
    }
}
