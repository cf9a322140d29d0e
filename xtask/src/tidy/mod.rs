//! `cargo xtask tidy`: the invariants of the architecture, made executable.
//!
//! Every rule stands in [`RULES`] with the reason for it, and has tests of its own with a good and a bad sample. A
//! finding is one line, `path:line: rule: what to do instead`. Exceptions are rows of a table beside their rule, each
//! with its reason. Deliberately not here: what rustc, rustfmt or clippy already know.

mod app;
mod dependencies;
mod files;
pub mod layout;
pub mod lexer;
mod line;
mod locales;
mod migrations;
mod names;
mod pure;
mod settings;
mod shape;
mod sql;
pub mod tree;

use anyhow::bail;
use drive::child::{Count, Ended};
use drive::root;
use tree::Tree;

/// One rule of the house.
struct Rule {
    name: &'static str,
    why: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

/// Where a rule is broken, and what to do instead.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    advice: String,
}

fn finding(path: &str, line: usize, advice: impl Into<String>) -> Finding {
    Finding {
        path: path.to_owned(),
        line,
        advice: advice.into(),
    }
}

const RULES: &[Rule] = &[
    Rule {
        name: "line",
        why: "whoever reads a feature needs to know only what stands left of it",
        check: line::manifests,
    },
    Rule {
        name: "app",
        why: "whoever is handed the whole paper can reach everything, and nobody sees from outside what it needs",
        check: app::named,
    },
    Rule {
        name: "pure-rules",
        why: "decisions that see no clock, database or network can be read, tabled and tested in one place",
        check: pure::rules,
    },
    Rule {
        name: "typed-refusals",
        why: "a refusal that is a value is told to people in their language; an English sentence is not",
        check: pure::refusals,
    },
    Rule {
        name: "sql-place",
        why: "what the database is asked is found in one file per feature, and every such function is tested on both engines",
        check: sql::place,
    },
    Rule {
        name: "sql-owner",
        why: "a table that one feature owns can change its columns without reading the others",
        check: sql::owner,
    },
    Rule {
        name: "sql-text",
        why: "text put into SQL is how papers are broken into (the worst hole of Ghost in 2026 was an ORDER BY)",
        check: sql::no_text_into_sql,
    },
    Rule {
        name: "engine-branches",
        why: "queries are written once; each branch by engine is a second program that drifts",
        check: sql::engine_branches,
    },
    Rule {
        name: "migrations",
        why: "one text makes both schemas; two that differ without saying so differ by mistake",
        check: migrations::agree,
    },
    Rule {
        name: "file-length",
        why: "a file one can hold in one's head stays below 250 lines; 600 is where reading stops",
        check: shape::file_length,
    },
    Rule {
        name: "module-prose",
        why: "a reader of any module should know what it is and whether a line belongs there",
        check: shape::module_prose,
    },
    Rule {
        name: "type-names",
        why: "a name that fits everything says nothing; take the noun of the newspaper or of the field",
        check: shape::type_names,
    },
    Rule {
        name: "finished",
        why: "a gap is named in an issue, where it is seen, or closed",
        check: shape::finished,
    },
    Rule {
        name: "locales",
        why: "every text is there in every language, every text asked for exists, and none is left over",
        check: locales::agree,
    },
    Rule {
        name: "settings",
        why: "a setting that nobody obeys misleads whoever sets it",
        check: settings::obeyed,
    },
    Rule {
        name: "paths-in-docs",
        why: "what only exists on one machine helps nobody on another",
        check: files::absolute_paths,
    },
    Rule {
        name: "big-files",
        why: "a repository is cloned by everybody, with its history",
        check: files::big,
    },
    Rule {
        name: "lock-files",
        why: "an address of a registry in a lock file ties every build to it",
        check: files::lock_files,
    },
    Rule {
        name: "dependencies",
        why: "what we ship has licences we may pass on, and one TLS library",
        check: dependencies::allowed,
    },
];

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    match arguments {
        [] => {
            let ended = step();
            if let Some(trouble) = &ended.trouble {
                println!("{trouble}");
            }
            Ok(ended.trouble.is_none())
        }
        [flag] if flag == "--rules" => {
            for rule in RULES {
                println!("{:<16} {}", rule.name, rule.why);
            }
            Ok(true)
        }
        _ => bail!("`cargo xtask tidy` takes --rules and nothing else"),
    }
}

/// The same as a step of `cargo xtask test`: the tree is one check.
pub fn step() -> Ended {
    let tree = match Tree::read(root::repository()) {
        Ok(tree) => tree,
        Err(error) => return Ended::badly(format!("cannot read the tree: {error:#}")),
    };
    let mut broken = 0;
    for rule in RULES {
        let mut findings = (rule.check)(&tree);
        findings.sort();
        for finding in &findings {
            println!(
                "{}:{}: {}: {}",
                finding.path, finding.line, rule.name, finding.advice
            );
        }
        broken += findings.len();
    }
    let trouble = (broken > 0).then(|| format!("the house rules are broken in {broken} places"));
    println!("{}", app::told(&tree));
    if trouble.is_none() {
        println!("{} rules, {} files: tidy", RULES.len(), tree.files.len());
    }
    Ended {
        trouble,
        count: Count::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_reason() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        assert!(RULES.iter().all(|rule| rule.why.len() > 20));
    }
}
