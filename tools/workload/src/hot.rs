//! `workload hot`: what a paper does most often, so many times over, for `cargo xtask instructions`.
//!
//! Everything is made ready first; then one function, [`counted`], answers requests that were written before. A tool that
//! counts instructions is told to count inside of it only, so that the figure is the same on every machine with this
//! compiler. The paper is one that `fill` wrote. Deliberately not here: time, the network, and hyper.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use clap::{Args, ValueEnum};
use futures_util::future::Either;
use gaceta::router::{Responder, router};
use http::{HeaderValue, StatusCode, header};
use std::convert::Infallible;
use tower::Service;

/// Options of `hot`.
#[derive(Debug, Args)]
pub struct Hot {
    /// What is asked for.
    what: What,
    /// The directory that `fill` wrote.
    #[arg(long)]
    dir: PathBuf,
    /// How often.
    #[arg(long, default_value_t = 1000)]
    times: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// A subscribers' article, each time by another reader with a seat.
    Article,
    /// The same, which the browser has already.
    NotModified,
    /// The same article by nobody in particular.
    Lead,
    /// The front page.
    Front,
    /// Whether that reader may read on another site.
    Gate,
}

/// The other site.
const SITE: &str = "http://localhost:9090";

/// # Errors
/// When the directory has no such paper, or an answer is not what it should be.
pub async fn run(options: Hot) -> anyhow::Result<()> {
    let sites = vec![SITE.parse().map_err(anyhow::Error::msg)?];
    let app = crate::open(&options.dir, "", |config| config.gate.sites = sites).await?;
    app.subscriptions.seats.preload().await?;
    app.readers.sessions.preload().await?;
    let paper = router(app)?;
    let urls = lines(&options.dir.join("urls.txt"))?;
    let cookies = lines(&options.dir.join("cookies.txt"))?;
    let at = |n: usize| match options.what {
        What::Article | What::NotModified => {
            (&*urls[n % urls.len()], Some(&*cookies[n % cookies.len()]))
        }
        What::Lead => (&*urls[n % urls.len()], None),
        What::Front => ("/en", None),
        What::Gate => (gate::CHECK, Some(&*cookies[n % cookies.len()])),
    };
    let mut requests = Vec::with_capacity(options.times);
    for n in 0..options.times {
        let (path, cookie) = at(n);
        // The first time the page is made, and the reader gets the lease.
        let first = paper.answer(None, request(path, cookie)?).await?;
        ensure!(
            first.status() == StatusCode::OK,
            "{path}: {}",
            first.status()
        );
        let mut request = request(path, cookie)?;
        if options.what == What::NotModified {
            let tag = first.headers().get(header::ETAG).context("no tag")?;
            request
                .headers_mut()
                .insert(header::IF_NONE_MATCH, tag.clone());
        }
        requests.push(request);
    }
    let expected = match options.what {
        What::NotModified => StatusCode::NOT_MODIFIED,
        What::Article | What::Lead | What::Front | What::Gate => StatusCode::OK,
    };
    let answered = counted(&paper, requests, expected);
    ensure!(
        answered == options.times,
        "{answered} of {} from memory",
        options.times
    );
    println!("{answered}");
    Ok(())
}

fn lines(file: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    ensure!(!lines.is_empty(), "{} is empty", file.display());
    Ok(lines)
}

/// What a browser sends with a navigation.
fn request(path: &str, cookie: Option<&str>) -> anyhow::Result<Request> {
    let mut request = Request::get(path)
        .header(header::HOST, "localhost:8080")
        .header(
            header::USER_AGENT,
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        .header(
            header::ACCEPT,
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        )
        .header(header::ACCEPT_LANGUAGE, "en-US,en;q=0.5")
        .header(header::ACCEPT_ENCODING, "gzip, deflate, br, zstd")
        .header("x-forwarded-proto", "http")
        .header("x-forwarded-host", "localhost:9090")
        .header("x-forwarded-uri", "/1987/a")
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "same-origin")
        .body(Body::empty())?;
    if let Some(cookie) = cookie {
        let cookie = HeaderValue::from_str(cookie)?;
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    Ok(request)
}

/// How many of the requests were answered at once and as expected.
#[inline(never)]
fn counted<S>(paper: &Responder<S>, requests: Vec<Request>, expected: StatusCode) -> usize
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone,
{
    let mut answered = 0;
    for request in requests {
        if let Either::Left(ready) = paper.answer(None, request)
            && let Ok(response) = ready.into_inner()
        {
            answered += usize::from(black_box(response).status() == expected);
        }
    }
    answered
}
