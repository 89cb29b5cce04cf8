//! The accept loop: accepts connections, serves their requests one after the other, and closes them when the server
//! shuts down.
//!
//! hyper reads and writes HTTP/1; the time limits are enforced in `connections` and `body`.

use crate::Web;
use crate::server::body::{Arriving, Leaving, TooSlow};
use crate::server::connections::{ConnectionGuard, Connections};
use crate::server::limits::Limits;
use crate::server::open_files;
use crate::server::stream::Noted;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// Pause after a failed accept. The usual cause is the limit of open files; a file may be closed by then.
const AFTER_FAILURE: Duration = Duration::from_millis(200);
/// How long to wait for connections to end after they were closed forcibly.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// Serves until `web` is closing, then until open requests have been answered or the grace period is over.
pub(crate) async fn serve(listener: TcpListener, router: Router, web: Arc<Web>) {
    let limits = fitting(web.serve.limits.clone());
    let connections = Connections::new(limits.clone(), !web.serve.trust_proxy);
    tokio::select! {
        () = accept_all(&listener, &router, &web, &limits, &connections) => {}
        () = connections.sweep() => {}
        () = web.closing() => {}
    }
    // No new connections from here on.
    drop(listener);
    connections.end_unused();
    if tokio::time::timeout(limits.grace, connections.all_ended())
        .await
        .is_err()
    {
        connections.end_all();
        let _ = tokio::time::timeout(LAST_MOMENT, connections.all_ended()).await;
    }
}

/// Reduces the limit of connections to the number of files that this process may open.
fn fitting(mut limits: Limits) -> Limits {
    if let Some(most) = open_files::raise().filter(|most| *most < limits.connections) {
        tracing::warn!(
            wanted = limits.connections,
            connections = most,
            "the limit of open files (ulimit -n) allows fewer connections than wanted"
        );
        limits.connections = most;
    }
    limits
}

async fn accept_all(
    listener: &TcpListener,
    router: &Router,
    web: &Arc<Web>,
    limits: &Limits,
    connections: &Arc<Connections>,
) {
    let mut number = 0;
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                after_failure(&error).await;
                continue;
            }
        };
        number += 1;
        match connections.admit(number, peer.ip()).await {
            Some(admitted) => {
                let answering = answer(stream, peer, admitted, router.clone(), limits.clone(), Arc::clone(web));
                tokio::spawn(answering);
            }
            None => tracing::debug!("a connection was refused: its address has too many"),
        }
    }
}

/// Logs the failure and pauses, unless the client has already disconnected.
async fn after_failure(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "a connection could not be accepted");
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

/// Serves the requests of a connection, one after the other.
async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    admitted: ConnectionGuard,
    router: Router,
    limits: Limits,
    web: Arc<Web>,
) {
    // Sends small responses without delay. If the option cannot be set, they are only slower.
    let _ = stream.set_nodelay(true);
    let connection = Arc::clone(&admitted.connection);
    let io = TokioIo::new(Noted {
        stream,
        connection: Arc::clone(&connection),
    });
    let service = service_fn(|request: Request<Incoming>| {
        let (router, connection) = (router.clone(), Arc::clone(&connection));
        connection.request_begins();
        let too_slow = TooSlow::default();
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(ConnectInfo(peer));
        parts.extensions.insert(too_slow.clone());
        let body = Body::new(Arriving::new(body, Arc::clone(&connection), &limits, too_slow));
        async move {
            let Ok(response) = router.oneshot(Request::from_parts(parts, body)).await;
            let (parts, body) = response.into_parts();
            Ok::<_, Infallible>(Response::from_parts(parts, Leaving::new(body, connection)))
        }
    });
    // The time limits of `connections` replace those of hyper.
    let mut conversation = pin!(
        http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(io, service)
    );
    let mut closing = false;
    loop {
        tokio::select! {
            // Protocol errors of the client are not logged.
            _ = conversation.as_mut() => return,
            () = admitted.connection.ended() => return,
            () = web.closing(), if !closing => {
                closing = true;
                conversation.as_mut().graceful_shutdown();
            }
        }
    }
}
