//! Browsers that hang up in the middle of a request.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use http::Method;
use tokio::sync::mpsc;
use tower::ServiceExt as _;
use web::detached::Hold;

use crate::Browser;

impl Browser<'_> {
    /// Posts a form and hangs up when it has been worked on for so many `steps`: from one time that it has to wait for
    /// something to the next. Then waits until nothing of it is under way any more. Says whether the answer was there
    /// before.
    pub async fn hangs_up(&self, path: &str, body: &str, steps: usize) -> bool {
        let mut request = self.request(Method::POST, path, &[], body);
        let (open, mut closed) = mpsc::channel::<Infallible>(1);
        request.extensions_mut().insert(Hold::new(open));
        let answered = {
            let mut answer = pin!(self.paper.router.clone().oneshot(request));
            let mut left = steps;
            poll_fn(|context| {
                let Some(fewer) = left.checked_sub(1) else {
                    return Poll::Ready(false);
                };
                left = fewer;
                match answer.as_mut().poll(context) {
                    Poll::Ready(_) => Poll::Ready(true),
                    Poll::Pending if left == 0 => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        };
        let _ = closed.recv().await;
        answered
    }
}
