//! `gaceta publish FILE.md..`: article files become articles, all of them or none.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use unicode_normalization::UnicodeNormalization as _;

use super::control::Paper;
use super::draft;
use articles::{Batch, Change, Published, Submission};
use base::config::Config;

/// How a file looks, below the options in `--help`. `init` writes the same as a file.
const EXAMPLE: &str = include_str!("article.txt");

/// Options of `publish`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Publish {
    /// Article files: front matter in TOML between lines +++, then Markdown; pictures beside them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Publishes.
///
/// # Errors
/// One message for each file that cannot be published; then nothing was.
pub async fn run(config: Config, publish: Publish) -> anyhow::Result<()> {
    let mut submissions = Vec::new();
    let mut bad = Vec::new();
    let mut notes = Vec::new();
    for file in &publish.files {
        match read(file) {
            Ok((submission, left_out)) => {
                submissions.push(submission);
                notes.push(left_out);
            }
            Err(faults) => bad.push(told(file, &faults)),
        }
    }
    if bad.is_empty() {
        bad.extend(same_address(&publish.files, &submissions));
    }
    refuse(&bad, publish.files.len())?;
    let url = config.site.public_url.clone();
    let mut paper = Paper::open(config).await?;
    let batch = Batch {
        submissions,
        dry_run: publish.dry_run,
        ..Batch::default()
    };
    let answers = paper.publish(batch, || {}).await?;
    paper.close().await;
    for (file, answer) in publish.files.iter().zip(&answers) {
        if let Err(error) = answer {
            bad.push(format!("{}: {error}", file.display()));
        }
    }
    refuse(&bad, publish.files.len())?;
    for (answer, notes) in answers.into_iter().flatten().zip(notes) {
        println!("{}", line(&answer, &url));
        for note in notes {
            println!("         {note}");
        }
    }
    if publish.dry_run {
        println!("Nothing was changed: this was a dry run.");
    }
    Ok(())
}

/// What is wrong with a file, each fault on a line of its own.
fn told(file: &Path, faults: &[String]) -> String {
    let line = |fault: &String| format!("{}: {fault}", file.display());
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Files that would become one article: the second would change the first without a word.
fn same_address(files: &[PathBuf], submissions: &[Submission]) -> Vec<String> {
    let mut seen: HashMap<(&str, &str), &Path> = HashMap::new();
    let mut bad = Vec::new();
    for (file, submission) in files.iter().zip(submissions) {
        let draft = &submission.draft;
        let address = (draft.edition.as_str(), draft.slug.as_str());
        if let Some(first) = seen.insert(address, file) {
            bad.push(format!(
                "{}: has the same edition and slug as {} ({}/{}); give one of them another slug",
                file.display(),
                first.display(),
                address.0,
                address.1
            ));
        }
    }
    bad
}

/// Refuses all of them if one is bad.
///
/// # Errors
/// One message for each bad one.
pub fn refuse(bad: &[String], all: usize) -> anyhow::Result<()> {
    anyhow::ensure!(
        bad.is_empty(),
        "{}\n{} of {all} files cannot be published, so nothing was changed",
        bad.join("\n"),
        bad.len()
    );
    Ok(())
}

/// What came of one, with its address.
pub fn line(published: &Published, url: &str) -> String {
    let change = match published.change {
        Change::New => "new",
        Change::Changed => "changed",
        Change::Same => "same",
    };
    let mut line = format!("{change:8} {url}{}", published.path);
    if let Some(until) = &published.held_until {
        line += &format!("\n         held back: nobody sees it before {until}");
    }
    if let Some(missing) = &published.missing {
        line += &format!(
            "\n         translation {missing} is not there yet: the two are linked when you publish it"
        );
    }
    line
}

/// Reads a file and its pictures; also what of it was left out.
fn read(file: &Path) -> Result<(Submission, Vec<String>), Vec<String>> {
    let text =
        std::fs::read_to_string(file).map_err(|error| vec![format!("cannot be read: {error}")])?;
    let parsed = draft::parse(&text)?;
    let files = draft::pictures(&parsed, |name| picture(file, name))?;
    let mut notes = parsed.notes;
    let elsewhere = parsed.document.images().into_iter().map(|image| &image.src);
    notes.extend(
        elsewhere
            .filter(|src| !files.contains_key(*src))
            .map(|src| format!("picture left out: {src}; put its file beside the article")),
    );
    let submission = Submission {
        draft: parsed.draft,
        document: parsed.document,
        files,
    };
    Ok((submission, notes))
}

/// Reads a picture. Article files may come from elsewhere, so what they name must lie in the article's folder or one
/// beside it (`../pictures/a.jpg`), after links were followed: no file can bring `~/.ssh` into the paper.
fn picture(article: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    let folder = article.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let folder = folder.canonicalize()?;
    let found = folder.join(name).canonicalize();
    let found = found
        .or_else(|error| {
            spelled_alike(&folder.join(name))
                .ok_or(error)?
                .canonicalize()
        })
        .map_err(|_| anyhow::anyhow!("there is no such file beside the article"))?;
    let around = folder.parent().unwrap_or(&folder);
    anyhow::ensure!(
        Path::new(name).is_relative() && found.starts_with(around),
        "pictures must lie in the article's folder, or in a folder beside it (../pictures/..)"
    );
    Ok(std::fs::read(found)?)
}

/// The file whose name looks the same and is other bytes: accents may be written apart from their letters (Unicode NFD),
/// as macOS does.
fn spelled_alike(file: &Path) -> Option<PathBuf> {
    let composed =
        |name: &std::ffi::OsStr| name.to_str().map(|name| name.nfc().collect::<String>());
    let wanted = composed(file.file_name()?)?;
    let beside = file.parent()?.read_dir().ok()?;
    let mut names = beside.filter_map(|one| Some(one.ok()?.path()));
    names.find(|one| one.file_name().and_then(composed).as_ref() == Some(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_the_help_shows_can_be_read() {
        let (_, file) = EXAMPLE.split_once('\n').unwrap();
        let (file, _) = file.split_once("\nA picture").unwrap();
        let file: String = file
            .lines()
            .map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line)))
            .collect();
        let parsed = draft::parse(&file).unwrap();
        assert_eq!(parsed.pictures, ["harbour.jpg", "plan of the quay.png"]);
        assert!(parsed.notes.is_empty(), "{:?}", parsed.notes);
    }

    #[test]
    fn a_picture_is_found_however_its_accents_are_written() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("sen\u{303}al.png"), "a").unwrap();
        std::fs::write(dir.path().join("plan of it.png"), "b").unwrap();
        let article = dir.path().join("article.md");
        assert_eq!(picture(&article, "se\u{f1}al.png").unwrap(), b"a");
        assert_eq!(picture(&article, "plan of it.png").unwrap(), b"b");
    }

    #[test]
    fn pictures_come_from_the_folder_or_beside_it_only() {
        let root = tempfile::tempdir().unwrap();
        let paper = root.path().join("paper");
        std::fs::create_dir_all(paper.join("en")).unwrap();
        std::fs::create_dir_all(paper.join("pictures")).unwrap();
        std::fs::write(root.path().join("secret"), "secret").unwrap();
        std::fs::write(paper.join("en/a.jpg"), "a").unwrap();
        std::fs::write(paper.join("pictures/b.jpg"), "b").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret"), paper.join("en/c.jpg")).unwrap();
        let article = paper.join("en/article.md");
        assert_eq!(picture(&article, "a.jpg").unwrap(), b"a");
        assert_eq!(picture(&article, "../pictures/b.jpg").unwrap(), b"b");
        for climbing in ["../../secret", "/etc/hostname", "c.jpg", "missing.jpg"] {
            assert!(picture(&article, climbing).is_err(), "{climbing}");
        }
    }
}
