//! Signing in and out.

use axum::response::Redirect;

/// `GET /sign-in`
pub async fn form() -> Redirect {
    Redirect::to("/contacts")
}

/// `POST /sign-out`
pub async fn sign_out() -> Redirect {
    Redirect::to("/sign-in")
}
