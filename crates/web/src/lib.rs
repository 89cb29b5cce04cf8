//! The doors over HTTP: pages for browsers, and the API for programs.
//!
//! Owns HTTP: routes, pages, the API, who is signed in to this request, assets, statuses, and the server's start and end. `app`
//! is synchronous: pages call it through [`bridge::blocking`].

mod api;
mod bridge;
mod pages;
mod server;
mod session;
mod ui;
mod webhooks;

pub use api::document::text as openapi_text;
pub use server::limits::Limits;
pub use server::routes::{self, router};
pub use server::run::{Ready, ServeError, run};
pub use server::settings::Serve;
pub use webhooks::send_due_deliveries;

use api::rate_limit::RateLimits;
use app::App;
use axum::http::HeaderMap;
use bridge::blocking::Turns;
use bridge::uploads::Uploads;
use server::metrics::Metrics;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// What every handler can reach: the installation, and how it is served.
pub struct Web {
    pub app: Arc<App>,
    /// How it is served.
    serve: Serve,
    /// The code that making the first account from elsewhere asks for.
    setup_code: String,
    /// Whether the setup code was logged by a server that was started for this machine alone.
    setup_code_logged: AtomicBool,
    /// Whether there is an account, once that is known; then it stays.
    set_up: AtomicBool,
    metrics: Metrics,
    /// How many requests a token may send.
    api_limits: RateLimits,
    /// The right to be worked on.
    turns: Turns,
    /// The files that are arriving.
    uploads: Uploads,
    /// Turns true when the server is about to end.
    closing: watch::Sender<bool>,
}

impl Web {
    /// An installation that is to be served.
    pub fn new(app: Arc<App>, serve: Serve) -> Self {
        Self {
            setup_code: app.setup_code(),
            setup_code_logged: AtomicBool::new(false),
            app,
            uploads: Uploads::new(serve.limits.uploads_each, serve.limits.uploads),
            api_limits: RateLimits::new(serve.limits.api_requests),
            serve,
            set_up: AtomicBool::new(false),
            metrics: Metrics::new(),
            turns: Turns::default(),
            closing: watch::Sender::new(false),
        }
    }

    /// The code that making the first account asks for, if it is not made at this machine.
    pub fn setup_code(&self) -> &str {
        &self.setup_code
    }

    /// The setup code that a request must tell: none if it can only come from this machine. A proxy gives itself away by
    /// its headers, also where the server was started as if there were none.
    fn setup_code_asked(&self, headers: &HeaderMap) -> Option<&str> {
        if self.serve.is_reached_from_elsewhere() {
            return Some(&self.setup_code);
        }
        if !session::origin::is_forwarded(headers) {
            return None;
        }
        if !self.setup_code_logged.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                setup_code = self.setup_code,
                "a proxy passes on requests to set up this server, so it asks for the setup code; start it with --secure, \
                 --trust-proxy and --host"
            );
        }
        Some(&self.setup_code)
    }

    /// Bytes that an uploaded file may have.
    pub fn upload_limit(&self) -> u64 {
        self.serve.upload_limit
    }

    /// The country of telephone numbers that are typed without country code.
    pub fn region(&self) -> Option<model::Region> {
        self.serve.region
    }

    /// Waits until the server is about to end. An answer without an end, such as live progress, must end then.
    pub async fn closing(&self) {
        // The sender lives as long as this does, so waiting cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
