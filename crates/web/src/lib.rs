//! The browser's door: pages over HTTP.
//!
//! Owns HTTP: routes, pages, who is signed in to this request, assets, statuses, and the server's start and end. Leaves out
//! everything that another door would need too (that is `app`), and SQL. `app` is synchronous: pages call it through
//! [`blocking`].

pub mod assets;
pub mod blocking;
pub mod layout;
mod pages;
pub mod problem;
pub mod routes;
mod serve;
pub mod session;

pub use routes::router;
pub use serve::{Serve, ServeError, run};

use app::App;
use std::sync::Arc;
use tokio::sync::watch;

/// What every handler can reach: the installation, and how it is served.
pub struct Web {
    /// The installation.
    pub app: Arc<App>,
    /// How it is served.
    serve: Serve,
    /// Turns true when the server is about to end.
    closing: watch::Sender<bool>,
}

impl Web {
    /// An installation that is to be served.
    pub fn new(app: Arc<App>, serve: Serve) -> Self {
        Self {
            app,
            serve,
            closing: watch::Sender::new(false),
        }
    }

    /// Bytes that an uploaded file may have.
    pub fn upload_limit(&self) -> u64 {
        self.serve.upload_limit
    }

    /// Waits until the server is about to end. An answer without an end, such as live progress, must end then.
    pub async fn closing(&self) {
        // The sender lives as long as this does, so waiting cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
