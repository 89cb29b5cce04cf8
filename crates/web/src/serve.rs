//! The server's life: listening, answering, and a clean end.
//!
//! Owns the listener, the runtime and what happens between the wish to end and the end. Leaves out what is answered.

use crate::{Web, routes};
use app::App;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long requests may take to end once the server is to end.
const GRACE: Duration = Duration::from_secs(10);
/// Threads that may block at once; requests beyond wait for one.
const BLOCKING_THREADS: usize = 64;

/// How to serve.
#[derive(Clone, Debug)]
pub struct Serve {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Bytes that an uploaded file may have.
    pub upload_limit: u64,
    /// Whether browsers reach it by HTTPS alone: a proxy in front of it speaks TLS.
    pub secure: bool,
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

/// Serves until Ctrl-C or SIGTERM. `ready` is told where it listens, once it does.
///
/// # Errors
/// When the address cannot be listened on, or the server fails.
pub fn run(app: Arc<App>, serve: Serve, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    let outcome = runtime.block_on(answer(Arc::new(Web::new(app, serve)), ready));
    // What still blocks then is cut off with the process; the database takes it back.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn answer(web: Arc<Web>, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let address = web.serve.listen;
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr()?;
    let end = ended()?;
    let service = routes::router(Arc::clone(&web)).into_make_service_with_connect_info::<SocketAddr>();
    let closing = Arc::clone(&web);
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { closing.closing().await });
    ready(bound);
    let late = async {
        end.await;
        web.closing.send_replace(true);
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = server => Ok(outcome?),
        () = late => Ok(()),
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
