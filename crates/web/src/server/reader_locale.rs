//! Middleware that records how the reader of a page writes numbers and dates.

use crate::ui::locale;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// Runs a request in the locale that the browser prefers.
pub async fn note(request: Request, next: Next) -> Response {
    let locale = locale::preferred(request.headers());
    locale::scope(locale, next.run(request)).await
}
