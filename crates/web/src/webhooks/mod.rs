//! Sends webhook deliveries: the background task, and one attempt.
//!
//! `app` decides which deliveries are due and what an attempt results in. Webhooks do not wait for each other; the
//! deliveries of one webhook are sent in order, one after the other.

mod connection;
mod signature;

use crate::Web;
use crate::bridge::blocking::without_turn;
use app::{App, Attempt, DueDelivery, Error};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use connection::{Refused, connect};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Pause between two queries for due deliveries.
const PAUSE: Duration = Duration::from_secs(1);
/// Time limit of an attempt, from the address lookup to the head of the response.
const ATTEMPT: Duration = Duration::from_secs(15);
/// Size limit of the response head, in bytes; the response body is not read.
const HEAD: usize = 16 * 1024;

/// Sends due deliveries, forever.
pub async fn send_in_background(web: &Arc<Web>) {
    let busy = Arc::<Mutex<HashSet<String>>>::default();
    let mut said = None;
    loop {
        match with_app(web, App::gather_deliveries).await {
            Ok(due) => {
                said = None;
                for webhook in due {
                    if lock(&busy).insert(webhook.clone()) {
                        spawn(Arc::clone(web), webhook, Arc::clone(&busy));
                    }
                }
            }
            Err(error) => complain(&mut said, &error),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn lock(busy: &Mutex<HashSet<String>>) -> std::sync::MutexGuard<'_, HashSet<String>> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn(web: Arc<Web>, webhook: String, busy: Arc<Mutex<HashSet<String>>>) {
    tokio::spawn(async move {
        if let Err(error) = send_to(&web, &webhook).await {
            tracing::error!(webhook, code = error.code(), %error, "a webhook cannot be sent to");
        }
        lock(&busy).remove(&webhook);
    });
}

/// Logs a failure, unless it is the same as the last one.
fn complain(said: &mut Option<String>, error: &Error) {
    let text = error.to_string();
    if said.as_ref() != Some(&text) {
        tracing::error!(code = error.code(), %error, "webhook deliveries cannot be gathered");
        *said = Some(text);
    }
}

/// Sends all due deliveries and waits for their completion.
pub async fn send_due_deliveries(web: &Arc<Web>) -> Result<(), Error> {
    for webhook in with_app(web, App::gather_deliveries).await? {
        send_to(web, &webhook).await?;
    }
    Ok(())
}

/// Sends the due deliveries of one webhook, until an attempt fails.
async fn send_to(web: &Arc<Web>, webhook: &str) -> Result<(), Error> {
    loop {
        let name = webhook.to_owned();
        let Some(due) = with_app(web, move |app| app.take_delivery(&name)).await? else {
            return Ok(());
        };
        let attempt = attempt(&due, web.serve.private_webhooks).await;
        if !with_app(web, move |app| app.note_attempt(&due, &attempt)).await? {
            return Ok(());
        }
    }
}

async fn with_app<T: Send + 'static>(
    web: &Arc<Web>,
    work: impl FnOnce(&App) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let app = Arc::clone(&web.app);
    without_turn(move || work(&app)).await.map_err(|_| Error::Broken)?
}

async fn attempt(due: &DueDelivery, private_too: bool) -> Attempt {
    let sent = tokio::time::timeout(ATTEMPT, send(due, private_too)).await;
    match sent {
        Ok(Ok(status)) => answered(status),
        Ok(Err(Refused(why))) => failed(why),
        Err(_) => failed(format!("no answer within {} s", ATTEMPT.as_secs())),
    }
}

fn answered(status: StatusCode) -> Attempt {
    let redirect = match status.is_redirection() {
        true => "; redirects are not followed, so give the webhook the address that it leads to",
        false => "",
    };
    Attempt {
        arrived: status.is_success(),
        gone: status == StatusCode::GONE,
        answer: format!("answered {status}{redirect}"),
    }
}

fn failed(answer: String) -> Attempt {
    Attempt {
        arrived: false,
        gone: false,
        answer,
    }
}

/// Sends a delivery. Returns the status of the response.
async fn send(due: &DueDelivery, private_too: bool) -> Result<StatusCode, Refused> {
    let target = due.target.as_ref();
    let target = target.ok_or_else(|| Refused("its address cannot be read; give it another one".to_owned()))?;
    let timestamp = due.at.div_euclid(1_000_000);
    let request = Request::post(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("CrystalQore/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", &due.id)
        .header("webhook-timestamp", timestamp)
        .header(
            "webhook-signature",
            signature::all(&due.secrets, &due.id, timestamp, &due.body),
        )
        .body(Body::from(due.body.clone()))
        .map_err(|error| Refused(format!("its address cannot be sent to: {error}")))?;
    let connection = connect(target, private_too).await?;
    exchange(connection, request).await
}

async fn exchange(
    connection: impl AsyncRead + AsyncWrite + Send + Unpin,
    request: Request<Body>,
) -> Result<StatusCode, Refused> {
    let broken = |error: hyper::Error| Refused(format!("the connection broke off: {error}"));
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .handshake(TokioIo::new(connection))
        .await
        .map_err(broken)?;
    let mut connection = pin!(connection);
    let mut answer = pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        // A response that was received before the connection ended is still returned.
        _ = &mut connection => answer.await,
    };
    Ok(answer.map_err(broken)?.status())
}
