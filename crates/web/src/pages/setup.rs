//! The first account, and with it the workspace.

use axum::response::Redirect;

/// `GET /setup`
pub async fn form() -> Redirect {
    Redirect::to("/contacts")
}
