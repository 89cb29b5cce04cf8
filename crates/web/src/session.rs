//! Who is signed in to a request.
//!
//! Owns the cookie and the gate in front of every route for members. Leaves out passwords and how long a sign-in lasts:
//! that is `app`.

use crate::Web;
use crate::blocking::blocking;
use crate::problem::Problem;
use app::Actor;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The member who asks. Only routes for members have one.
#[derive(Clone)]
pub struct Signed {
    /// Who they are to the engine.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What their workspace is called.
    pub workspace_name: String,
    /// A name for this sign-in, which is no secret: for what belongs to it alone.
    pub session: String,
}

/// Lets nobody through who is not signed in.
pub async fn require(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    match signed(&web).await {
        Ok(signed) => {
            request.extensions_mut().insert(signed);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn signed(web: &Arc<Web>) -> Result<Signed, Problem> {
    let actor = blocking(web, |app| app.local_actor()).await?;
    Ok(Signed {
        actor,
        name: "Local owner".to_owned(),
        email: String::new(),
        workspace_name: "Local".to_owned(),
        session: "local".to_owned(),
    })
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // It stands there on every route for members; a public route has nobody.
        parts.extensions.get::<Self>().cloned().ok_or(Problem::SignIn)
    }
}
