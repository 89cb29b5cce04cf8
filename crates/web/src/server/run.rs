//! Start and shutdown of the server: the runtime, the listener, what happens before the first connection and after the
//! signal to shut down.

use crate::Web;
use crate::bridge::blocking::{Lane, blocking, blocking_in};
use crate::server::settings::Serve;
use crate::server::{accept, health, routes};
use crate::webhooks::send_in_background;
use app::App;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Information for the operator, available once the server listens.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The address that the server listens on.
    pub address: SocketAddr,
    /// The setup code, required to create the first account. `None` if it is not needed.
    pub setup_code: Option<String>,
}

/// Why the server could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {}", plainly(source))]
    Listen { address: SocketAddr, source: io::Error },
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

/// Serves until Ctrl-C or SIGTERM. Calls `ready` with the address once it listens.
///
/// # Errors
/// When the address cannot be listened on, or the server fails.
pub fn run(app: Arc<App>, serve: Serve, ready: impl FnOnce(Ready)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(answer(Arc::new(Web::new(app, serve)), ready));
    // Work that is still blocking by then ends with the process; the database rolls it back.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn answer(web: Arc<Web>, ready: impl FnOnce(Ready)) -> Result<(), ServeError> {
    let address = web.serve.listen;
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr()?;
    if let Err(problem) = blocking(&web, App::warm_lists).await {
        // The first request for the list builds it, or fails with the same error.
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
    let sending = tokio::spawn({
        let web = Arc::clone(&web);
        async move { send_in_background(&web).await }
    });
    tokio::join!(accept::serve(listener, router, Arc::clone(&web)), signal);
    watching.abort();
    sending.abort();
    web.uploads.all_ended().await;
    Ok(())
}

/// The setup code, if one is required and there is no account yet.
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

/// Returns a future that waits for Ctrl-C or SIGTERM. The signals are caught from this call on.
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

/// Returns a future that waits for Ctrl-C.
#[cfg(not(unix))]
fn ended() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
