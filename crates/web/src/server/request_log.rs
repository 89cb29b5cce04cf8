//! Middleware that writes one line of the log for every request, and notes it in the metrics.
//!
//! It logs the pattern of the route, never the address itself, which may hold somebody's words or numbers.

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

/// Runs a request and notes it.
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

/// Anybody may invent methods; of those there is no end, and measurements are kept for each.
fn known(method: &str) -> &'static str {
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    methods.into_iter().find(|known| *known == method).unwrap_or("other")
}
