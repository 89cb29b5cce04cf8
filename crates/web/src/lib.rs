//! The browser's door: pages over HTTP.
//!
//! Owns HTTP: routes, pages, who is signed in to this request, assets, statuses, and the server's start and end. Leaves out
//! everything that another door would need too (that is `app`), and SQL. `app` is synchronous: pages call it through
//! [`blocking`].

pub mod assets;
pub mod blocking;
mod download;
mod guard;
pub mod layout;
mod metrics;
mod observe;
mod pages;
pub mod problem;
pub mod routes;
mod serve;
pub mod session;

pub use routes::router;
pub use serve::{Ready, Serve, ServeError, run};

use app::App;
use metrics::Metrics;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::{Semaphore, watch};

/// What every handler can reach: the installation, and how it is served.
pub struct Web {
    /// The installation.
    pub app: Arc<App>,
    /// How it is served.
    serve: Serve,
    /// What must be told to make the first account from elsewhere.
    setup_code: Option<String>,
    /// Whether there is an account, once that is known; then it stays.
    set_up: AtomicBool,
    metrics: Metrics,
    /// The right to be worked on.
    turns: Arc<Semaphore>,
    /// Turns true when the server is about to end.
    closing: watch::Sender<bool>,
}

impl Web {
    /// An installation that is to be served.
    pub fn new(app: Arc<App>, serve: Serve) -> Self {
        let setup_code = serve.is_reached_from_elsewhere().then(|| app.setup_code());
        Self {
            app,
            setup_code,
            serve,
            set_up: AtomicBool::new(false),
            metrics: Metrics::new(),
            turns: Arc::new(Semaphore::new(blocking::TURNS)),
            closing: watch::Sender::new(false),
        }
    }

    /// What must be told to make the first account, if it is not made at this machine.
    pub fn setup_code(&self) -> Option<&str> {
        self.setup_code.as_deref()
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
