//! Sessions: who is signed in to a request, and the gates in front of the routes.
//!
//! Handlers take [`CurrentMember`] or [`SessionToken`] as an argument; only routes for members have one.

pub mod client;
pub mod cookie;
pub mod flash;
pub mod gate;
pub mod next;
pub mod origin;
pub mod proof;
pub mod secret;

use crate::ui::error_page::Problem;
use crate::ui::layout::Viewer;
use app::{Actor, Role, SignedIn, Token};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The member who asks. Only routes for members have one.
#[derive(Clone)]
pub struct CurrentMember {
    /// Who they are to the engine.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    pub email: String,
    /// What their workspace is called.
    pub workspace_name: String,
    /// What they may beside their own contacts, as of the beginning of this request.
    pub role: Role,
    /// A name for this sign-in, which is no secret: for what belongs to it alone.
    pub session: String,
}

impl CurrentMember {
    /// How the header of a page names them.
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer {
            name: &self.name,
            email: &self.email,
            workspace: &self.workspace_name,
            role: self.role,
        }
    }
}

impl From<SignedIn> for CurrentMember {
    fn from(found: SignedIn) -> Self {
        Self {
            actor: found.actor,
            name: found.name,
            email: found.email,
            workspace_name: found.workspace_name,
            role: found.role,
            session: found.session,
        }
    }
}

/// Whether the member has given password and second factor a short time ago.
#[derive(Clone, Copy)]
pub struct ProvedRecently(pub bool);

impl<S: Sync> FromRequestParts<S> for CurrentMember {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // It stands there on every route for members; a public route has nobody.
        parts.extensions.get::<Self>().cloned().ok_or(Problem::SignIn)
    }
}

/// The secret that the member who asks is signed in with. Only routes for members have one.
pub struct SessionToken(pub Token);

impl<S: Sync> FromRequestParts<S> for SessionToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Token>()
            .cloned()
            .map(Self)
            .ok_or(Problem::SignIn)
    }
}
