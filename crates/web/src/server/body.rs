//! The bodies of requests and responses on a connection.
//!
//! Decided here: the minimum rate at which a request body must arrive, and the response (408) if it does not. Only the
//! time in which the server waits for the client counts, so a slow disk of the server cannot cause a 408.

use crate::server::connections::Connection;
use crate::server::limits::Limits;
use crate::ui::error_page::Problem;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// Whether the body of this request arrived too slowly.
#[derive(Clone, Default)]
pub(super) struct TooSlow(Arc<AtomicBool>);

/// The body of a request, which must arrive at a minimum rate.
pub(super) struct Arriving<B> {
    body: B,
    connection: Arc<Connection>,
    too_slow: TooSlow,
    window: Duration,
    least: u64,
    /// Bytes received within the current window.
    bytes: u64,
    /// How long the server waited for the client within the current window, before `waits_since`.
    waited: Duration,
    waits_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<B> Arriving<B> {
    pub(super) fn new(body: B, connection: Arc<Connection>, limits: &Limits, too_slow: TooSlow) -> Self {
        Self {
            body,
            connection,
            too_slow,
            window: limits.body,
            least: limits.body_bytes,
            bytes: 0,
            waited: Duration::ZERO,
            waits_since: None,
            timer: None,
        }
    }

    fn arrived(&mut self, bytes: u64) {
        if let Some(since) = self.waits_since.take() {
            self.waited += since.elapsed();
            self.connection.set_unsent(false);
        }
        self.timer = None;
        self.bytes += bytes;
        if self.bytes >= self.least {
            self.begin_window();
        }
    }

    fn begin_window(&mut self) {
        self.bytes = 0;
        self.waited = Duration::ZERO;
    }

    /// Records that the server waits for the client. Ready when the wait has reached the time limit.
    fn poll_timeout(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.waits_since.is_none() {
            self.waits_since = Some(Instant::now());
            self.connection.set_unsent(true);
        }
        let left = self.window.saturating_sub(self.waited);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(left)));
        timer.as_mut().poll(cx)
    }
}

impl<B> Drop for Arriving<B> {
    fn drop(&mut self) {
        self.connection.set_unsent(false);
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Arriving<B>
where
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                this.arrived(data.map_or(0, |data| data.len() as u64));
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending if this.poll_timeout(cx).is_ready() => {
                this.too_slow.0.store(true, Ordering::Relaxed);
                let error = io::Error::new(io::ErrorKind::TimedOut, "the body arrives too slowly");
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Replaces the handler's response with 408 if the request body arrived too slowly.
pub(crate) async fn respond_timeout_if_slow(request: Request, next: Next) -> Response {
    let too_slow = request.extensions().get::<TooSlow>().cloned();
    let response = next.run(request).await;
    if !too_slow.is_some_and(|slow| slow.0.load(Ordering::Relaxed)) {
        return response;
    }
    let mut response = Problem::RequestTimeout.into_response();
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// The body of a response. The connection becomes idle when it is dropped.
pub(super) struct Leaving {
    body: Body,
    connection: Arc<Connection>,
}

impl Leaving {
    pub(super) fn new(body: Body, connection: Arc<Connection>) -> Self {
        Self { body, connection }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.connection.answer_ends();
    }
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
