//! The HTTP server: HTML pages for browsers, and a JSON API for programs.
//!
//! Decided here: routes, pages, the API, the session of a request, assets, statuses, and the server's start and
//! shutdown. `app` is synchronous: handlers call it through [`bridge::blocking`].

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

/// The state shared by all handlers: the installation and the settings of the server.
pub struct Web {
    pub app: Arc<App>,
    serve: Serve,
    /// The setup code, required to create the first account from another machine.
    setup_code: String,
    /// Whether the setup code was already logged by a server that was configured to serve only this machine.
    setup_code_logged: AtomicBool,
    /// Whether an account is known to exist. Once true, it stays true.
    set_up: AtomicBool,
    metrics: Metrics,
    /// The rate limits of API tokens.
    api_limits: RateLimits,
    /// The limits on concurrent work, one for each kind of work.
    turns: Turns,
    /// The uploads in progress.
    uploads: Uploads,
    /// Becomes true when the server is about to shut down.
    closing: watch::Sender<bool>,
}

impl Web {
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

    /// The setup code, required to create the first account from another machine.
    pub fn setup_code(&self) -> &str {
        &self.setup_code
    }

    /// The setup code that a request must contain, or `None` if the request can only come from this machine. A proxy is
    /// recognised by its headers, even if the server was started without proxy settings.
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

    /// The size limit of an uploaded file, in bytes.
    pub fn upload_limit(&self) -> u64 {
        self.serve.upload_limit
    }

    /// The country assumed for telephone numbers without a country code.
    pub fn region(&self) -> Option<model::Region> {
        self.serve.region
    }

    /// Waits until the server is about to shut down. A response without an end, such as live progress, must end then.
    pub async fn closing(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
