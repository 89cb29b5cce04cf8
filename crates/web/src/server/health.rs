//! Health checks: `/livez` (the process responds), `/readyz` and `/healthz` (it can do its work), and a background
//! check of the whole database. The routes are public, so they respond with one word only; the log contains the
//! details.

use crate::Web;
use crate::bridge::blocking::{Lane, blocking_in, without_turn};
use app::Readiness;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

/// How often the whole database is checked.
const CHECKED_EVERY: Duration = Duration::from_secs(60 * 60);

/// `GET /livez`: the process responds. It does not query the database, so that a process is not restarted for a problem
/// that a restart cannot fix.
pub async fn livez() -> Response {
    answer(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// `GET /readyz` and `GET /healthz`: the database responds and is sound, and there is room on the disk.
pub async fn readyz(State(web): State<Arc<Web>>) -> Response {
    let readiness = blocking_in(&web, Lane::Sessions, |app| Ok(app.readiness())).await;
    let readiness = readiness.unwrap_or(Readiness::Unreachable);
    let said = match readiness {
        Readiness::Ready => return answer(StatusCode::OK, r#"{"status":"ok"}"#),
        Readiness::Unreachable => r#"{"status":"database_unreachable"}"#,
        Readiness::Damaged => r#"{"status":"database_damaged"}"#,
        Readiness::DiskFull => r#"{"status":"disk_full"}"#,
    };
    tracing::error!(?readiness, "not ready");
    answer(StatusCode::SERVICE_UNAVAILABLE, said)
}

fn answer(status: StatusCode, said: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], said).into_response()
}

/// Checks the whole database at regular intervals, forever.
pub async fn check_in_background(web: &Web) {
    loop {
        let app = Arc::clone(&web.app);
        if let Ok(Err(error)) = without_turn(move || app.check_database()).await {
            tracing::error!(%error, "the database is damaged: go back to a backup (crystalqore doctor says more)");
        }
        tokio::time::sleep(CHECKED_EVERY).await;
    }
}
