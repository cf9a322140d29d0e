//! Live streams of open pages.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use http::{Method, StatusCode};
use tower::ServiceExt as _;

use crate::Browser;

/// The live stream of an open page.
pub struct Live(BodyDataStream);

impl Browser<'_> {
    /// Listens, as the page with this view does.
    pub async fn listens(&self, view: u64) -> Live {
        let path = format!("/reading/notices?view={view}");
        let request = self.request(Method::GET, &path, &[], "");
        let response = self.paper.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Live(response.into_body().into_data_stream())
    }
}

impl Live {
    /// What the page is told next; `None` when the stream has ended.
    pub async fn hears(&mut self) -> Option<String> {
        loop {
            let piece = tokio::time::timeout(Duration::from_secs(10), self.0.next());
            let piece = piece.await.expect("the page is told something")?.unwrap();
            let text = String::from_utf8_lossy(&piece).into_owned();
            if text.contains("event: lost") {
                return Some(text);
            }
        }
    }
}
