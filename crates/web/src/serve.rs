//! The server's life: listening, answering, and a clean end.
//!
//! Owns the settings, the runtime, and what happens before the first connection and after the signal to end. Leaves out
//! connections (`server`) and what is answered (`routes`).

use crate::blocking::{Lane, blocking, blocking_in};
use crate::server::{self, Limits};
use crate::{Web, health, routes};
use app::App;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How to serve.
#[derive(Clone, Debug)]
pub struct Serve {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Bytes that an uploaded file may have.
    pub upload_limit: u64,
    /// The country of telephone numbers that are typed without country code.
    pub region: Option<model::Region>,
    /// Whether browsers reach it by HTTPS alone: a proxy in front of it speaks TLS.
    pub secure: bool,
    /// Whether what a proxy says of the browser (`X-Forwarded-For`, `X-Forwarded-Proto`) is believed.
    pub trust_proxy: bool,
    /// Names that browsers know it by.
    pub hosts: Vec<String>,
    /// What must be told to see the measurements; without one they are for this machine alone.
    pub metrics_token: Option<String>,
    /// How many connections there may be, and how slow a client may be.
    pub limits: Limits,
}

impl Serve {
    /// Whether somebody at another machine may get here by these settings.
    pub(crate) fn is_reached_from_elsewhere(&self) -> bool {
        // A proxy on this machine listens for others.
        !self.listen.ip().is_loopback() || self.secure || self.trust_proxy || !self.hosts.is_empty()
    }

    /// Whether a request under this name, without port, is meant for us. A page elsewhere can give its own name our
    /// address and then read what we answer (DNS rebinding), but it cannot change the name that the browser sends.
    pub(crate) fn answers_to(&self, host: &str) -> bool {
        if !self.listen.ip().is_loopback() && self.hosts.is_empty() {
            return true;
        }
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        let known = ["localhost", "127.0.0.1", "[::1]", &ip];
        let same = |name: &str| name.eq_ignore_ascii_case(host);
        known.into_iter().any(same) || self.hosts.iter().any(|name| same(name))
    }
}

/// What is told once the server listens.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
    /// What must be told to make the first account, while there is none.
    pub setup_code: Option<String>,
}

/// Why the server could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nobody can listen there.
    #[error("cannot listen on {address}: {}", plainly(source))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The server itself failed.
    #[error("the server ended: {0}")]
    Ended(#[from] io::Error),
}

fn plainly(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there already; choose another port with --listen".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Serves until Ctrl-C or SIGTERM. `ready` is told where, once it listens.
///
/// # Errors
/// When the address cannot be listened on, or the server fails.
pub fn run(app: Arc<App>, serve: Serve, ready: impl FnOnce(Ready)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(answer(Arc::new(Web::new(app, serve)), ready));
    // What still blocks then is cut off with the process; the database takes it back.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn answer(web: Arc<Web>, ready: impl FnOnce(Ready)) -> Result<(), ServeError> {
    let address = web.serve.listen;
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr()?;
    if let Err(problem) = blocking(&web, App::warm_lists).await {
        // Whoever asks for the list first is told.
        tracing::warn!(?problem, "the list of contacts is not being built");
    }
    let end = ended()?;
    let router = routes::router(Arc::clone(&web));
    ready(Ready {
        address: bound,
        setup_code: setup_code(&web).await,
    });
    let signal = async {
        end.await;
        tracing::info!("ending: no new requests, and some seconds for those under way");
        web.closing.send_replace(true);
    };
    let watching = tokio::spawn({
        let web = Arc::clone(&web);
        async move { health::check_in_background(&web).await }
    });
    tokio::join!(server::serve(listener, router, Arc::clone(&web)), signal);
    watching.abort();
    web.uploads.all_ended().await;
    Ok(())
}

/// The code, if one is needed and there is something to set up.
async fn setup_code(web: &Arc<Web>) -> Option<String> {
    if !web.serve.is_reached_from_elsewhere() {
        return None;
    }
    let code = web.setup_code().to_owned();
    match blocking_in(web, Lane::Sessions, App::needs_setup).await {
        Ok(false) => None,
        _ => Some(code),
    }
}

/// Waits for Ctrl-C or SIGTERM, which are caught from now on.
#[cfg(unix)]
fn ended() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn ended() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
