//! `gaceta publish FILE.md..`: article files become articles, all of them or none.

use std::path::{Path, PathBuf};

use clap::Args;

use super::control::Paper;
use super::draft;
use articles::{Batch, Change, Published, Submission};
use base::config::Config;

/// Options of `publish`.
#[derive(Debug, Args)]
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
            Err(error) => bad.push(format!("{}: {error:#}", file.display())),
        }
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
    if let Some(missing) = &published.missing {
        line += &format!(
            "\n         translation {missing} is not there yet: the two are linked when you publish it"
        );
    }
    line
}

/// Reads a file and its pictures; also what of it was left out.
fn read(file: &Path) -> anyhow::Result<(Submission, Vec<String>)> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("cannot be read: {error}"))?;
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
    let found = folder
        .join(name)
        .canonicalize()
        .map_err(|_| anyhow::anyhow!("there is no such file beside the article"))?;
    let around = folder.parent().unwrap_or(&folder);
    anyhow::ensure!(
        Path::new(name).is_relative() && found.starts_with(around),
        "pictures must lie in the article's folder, or in a folder beside it (../pictures/..)"
    );
    Ok(std::fs::read(found)?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
