//! Real exports, read from the folder that `GACETA_SAMPLES` names; without it these tests say so and pass.

use std::path::{Path, PathBuf};

use std::sync::Arc;

use super::*;
use articles::{EditionDraft, set_editions};
use base::lang::Lang;

fn sample(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/imports");
    let folder = std::env::var_os("GACETA_SAMPLES").map_or(beside, PathBuf::from);
    let file = folder.join("wordpress").join(name);
    if file.exists() {
        return Some(file);
    }
    eprintln!(
        "skipped: no {name} in {}; set GACETA_SAMPLES",
        folder.display()
    );
    None
}

async fn paper() -> (tempfile::TempDir, Paper, Arc<App>) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.database.dir = dir.path().to_owned();
    config.mail.dir = dir.path().join("mail");
    let paper = Paper::open(config).await.unwrap();
    let Paper::Here { app, .. } = &paper else {
        panic!("nobody else serves a new directory");
    };
    let app = Arc::clone(app);
    let edition = EditionDraft {
        slug: "en".into(),
        name: "English".into(),
        language: Lang::EN,
        locale: "en".into(),
        timezone: "UTC".into(),
        title: "Paper".into(),
        tagline: String::new(),
    };
    set_editions(&app.articles, &[edition]).await.unwrap();
    (dir, paper, app)
}

async fn import(paper: &mut Paper, options: &Wordpress) -> anyhow::Result<String> {
    wordpress(paper, options, &Clock::System).await
}

fn options(file: PathBuf, dry_run: bool) -> Wordpress {
    Wordpress {
        file,
        edition: None,
        access: Access::Open,
        kinds: Vec::new(),
        taxonomies: Vec::new(),
        list: None,
        dry_run,
    }
}

#[tokio::test]
async fn every_readable_export_is_imported_and_a_second_time_changes_nothing() {
    for (name, first) in [
        ("co-authors-plus.xml", ""),
        ("crazy-cdata-escaped.xml", "Articles: 1 new, 0 changed"),
        ("sample-raw-ampersand.xml", "Mended: "),
        ("term-formats.xml", ""),
        ("valid-wxr-1.0.xml", ""),
        ("valid-wxr-1.1.xml", ""),
        ("wxr-simple.xml", "Articles: 1 new, 0 changed"),
        ("wxr-utf-8-challenges.xml", ""),
        ("themeunittestdata.xml", "     58  post\n"),
    ] {
        let Some(file) = sample(name) else { continue };
        let (_dir, mut paper, app) = paper().await;
        let dry = import(&mut paper, &options(file.clone(), true))
            .await
            .unwrap();
        assert!(dry.contains("dry run"), "{dry}");
        assert!(
            app.articles.catalog.is_empty(),
            "{name}: a dry run changes nothing"
        );
        let report = import(&mut paper, &options(file.clone(), false))
            .await
            .unwrap();
        assert!(report.contains(first), "{name}: {report}");
        assert_eq!(
            dry.replace("Nothing was changed: this was a dry run.\n", ""),
            report
        );
        let count = app.articles.catalog.len();
        let again = import(&mut paper, &options(file, false)).await.unwrap();
        assert!(
            again.contains(&format!("Articles: 0 new, 0 changed, {count} the same")),
            "{name}: {again}"
        );
        assert!(again.contains("Topics: 0 new"), "{name}: {again}");
        assert_eq!(app.articles.catalog.len(), count);
    }
}

#[tokio::test]
async fn a_broken_export_is_refused_with_its_line_and_imports_nothing() {
    for (name, hint) in [
        (
            "malformed.xml",
            "<notachanneltag> stands where an export has <channel>",
        ),
        ("malformed-simple.xml", "the file ends inside <item>"),
    ] {
        let Some(file) = sample(name) else { continue };
        let (_dir, mut paper, app) = paper().await;
        let error = import(&mut paper, &options(file, false)).await.unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(hint) && error.contains("line "), "{error}");
        assert!(app.articles.catalog.is_empty());
    }
}
