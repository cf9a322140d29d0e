//! The connections of readers: accepted, answered, and closed when nothing moves on them.
//!
//! HTTP/1.1 by hyper, without a timer for each request: a connection on which nothing was sent for `[server] idle_for`
//! is closed, whatever the reason. That one rule ends idle connections, headers that never end, and readers who do
//! not take what they asked for; slow bodies are ended by `request_for`. Where there are `connections` already, or
//! `connections_per_client` of one client, a new one is refused at once. Encryption and HTTP/2 end at the proxy in front;
//! a request that names no host, or two, might mean another one to that proxy than to us, and is refused before anything
//! looks at it.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::Either;
use http::uri::Authority;
use http::{HeaderValue, StatusCode, Version, header};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tower::Service;

use crate::router::Responder;
use web::detached::Hold;
use web::limits::Network;
use web::shares::{Share, Shares};

/// What the connections of all threads have in common.
#[derive(Clone)]
pub struct ConnectionLimits {
    /// A permit for each connection.
    pub open: Arc<Semaphore>,
    /// How many of one client; none where all of them come from a proxy.
    pub clients: Option<Arc<Shares>>,
    /// How long nothing may move on one.
    pub idle_for: Duration,
    /// How long those that are open when the paper stops may go on.
    pub stop_for: Duration,
}

impl ConnectionLimits {
    /// A place among the connections of whoever comes from there; `None` if they have all that they may.
    fn share(&self, from: SocketAddr) -> Option<Option<Share>> {
        let Some(clients) = &self.clients else {
            return Some(None);
        };
        clients.take(Network::of_address(from.ip())).map(Some)
    }
}

/// The largest head of a request, bytes.
const HEAD: usize = 64 * 1024;
/// After the machine had no more to give, such as open files.
const PAUSE: Duration = Duration::from_millis(100);
/// For whom there is no room.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncache-control: no-store\r\n\
content-length: 0\r\nconnection: close\r\n\r\n";

/// Accepts and answers connections on this thread until the paper stops, and until the last of them has ended, and all that
/// they began; within `stop_for`.
pub async fn answer<S>(
    paper: Responder<S>,
    listener: TcpListener,
    limits: ConnectionLimits,
    mut stopped: watch::Receiver<bool>,
) where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let paper = Arc::new(paper);
    let pulse = tokio::spawn({
        let paper = Arc::clone(&paper);
        async move { paper.watch().await }
    });
    let (open, mut closed) = mpsc::channel::<Infallible>(1);
    let stop = stopped.clone();
    let mut stopping = pin!(stopped.wait_for(|stop| *stop));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopping => break,
        };
        match accepted {
            Ok((stream, from)) => {
                let Ok(permit) = Arc::clone(&limits.open).try_acquire_owned() else {
                    refuse(stream);
                    continue;
                };
                let Some(share) = limits.share(from) else {
                    refuse(stream);
                    continue;
                };
                // Answers are written as a whole; waiting for more to send would only delay notices.
                let _ = stream.set_nodelay(true);
                let (paper, limits, stop) = (Arc::clone(&paper), limits.clone(), stop.clone());
                let hold = Hold::new((permit, share, open.clone()));
                tokio::spawn(async move {
                    connection(&paper, stream, (from, &hold), &limits, stop).await;
                });
            }
            Err(error) if of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop((listener, open));
    // Connections end by then; what they began and nobody waits for any more may take longer.
    let _ = tokio::time::timeout(limits.stop_for, closed.recv()).await;
    pulse.abort();
}

/// Whether an error concerns the connection that was about to be accepted, and nothing else.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

/// Refuses at once (load shedding). Drains the request first: closing a socket with unread input sends RST, and the client may
/// lose the response.
fn refuse(stream: TcpStream) {
    // Not by tokio's own writes: until its reactor has looked at the socket once they say that it is not ready.
    if let Ok(mut stream) = stream.into_std() {
        let _ = io::Write::write(&mut stream, FULL);
        let _ = io::Read::read(&mut stream, &mut [0; 4096]);
    }
}

/// Answers the requests of one connection until either end closes it.
async fn connection<S>(
    paper: &Responder<S>,
    stream: TcpStream,
    from: (SocketAddr, &Hold),
    limits: &ConnectionLimits,
    mut stopped: watch::Receiver<bool>,
) where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone,
{
    let sent = AtomicU64::new(0);
    let io = Counted {
        io: TokioIo::new(stream),
        sent: &sent,
    };
    let service = service_fn(|request| {
        if names_one_host(&request) {
            Either::Left(paper.answer(Some(from), request))
        } else {
            Either::Right(ready(Ok(nameless())))
        }
    });
    let connection = http1::Builder::new()
        .max_buf_size(HEAD)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    let mut stopping = pin!(stopped.wait_for(|stop| *stop));
    let mut before = None;
    loop {
        let alarm = tokio::time::sleep(limits.idle_for);
        tokio::select! {
            biased;
            // How it ended concerns nobody: the other end is gone, or spoke no HTTP and was told.
            _ = &mut connection => return,
            _ = &mut stopping => break,
            () = alarm => {
                let now = sent.load(Ordering::Relaxed);
                if before.replace(now) == Some(now) {
                    return;
                }
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(limits.stop_for, connection).await;
}

/// Whether a request names exactly one host, as HTTP/1.1 must (RFC 9112, 3.2). Whose it is does not matter here: addresses
/// are made of the configured one only.
fn names_one_host<B>(request: &http::Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        // An older browser has no word for it.
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => is_host(host),
        (Some(_), Some(_)) => false,
    }
}

/// A host and perhaps a port; empty where the address has none.
fn is_host(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
}

/// The answer to a request without a host; nothing more is read from that connection.
fn nameless() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A connection that counts what is sent.
struct Counted<'a> {
    io: TokioIo<TcpStream>,
    sent: &'a AtomicU64,
}

impl Counted<'_> {
    fn count(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = &written {
            self.sent.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
        written
    }
}

impl Read for Counted<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, into)
    }
}

impl Write for Counted<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, from);
        self.count(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, from);
        self.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
