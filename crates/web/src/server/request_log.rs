//! Middleware that writes one log line for every request and records it in the metrics.
//!
//! It logs the pattern of the route, never the address itself, which may contain search words or telephone numbers.

use crate::Web;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;
use tracing::Instrument;

static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// Runs a request, logs it and records it in the metrics.
pub async fn log(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let path = request.extensions().get::<MatchedPath>();
    let route = path.map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let method = known(request.method().as_str());
    let span = tracing::info_span!("request", id, method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-request-id"), HeaderValue::from(id));
    web.metrics.note(method, &route, status, took);
    let _in_span = span.enter();
    let milliseconds = (took.as_secs_f64() * 10_000.0).round() / 10.0;
    match route.as_str() {
        "/healthz" | "/livez" | "/readyz" | "/metrics" | "/assets/{name}" => {
            tracing::debug!(status, milliseconds, "answered")
        }
        _ => tracing::info!(status, milliseconds, "answered"),
    }
    response
}

/// The name of a known method, else `other`: clients can send any method, and metrics are kept for each name.
fn known(method: &str) -> &'static str {
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    methods.into_iter().find(|known| *known == method).unwrap_or("other")
}
