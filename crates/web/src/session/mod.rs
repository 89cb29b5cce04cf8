//! Sessions: who is signed in to a request, and the gates in front of the routes.
//!
//! Handlers take [`CurrentMember`] or [`SessionToken`] as an argument; both exist only on routes for members.

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

/// The member who sent the request. Exists only on routes for members.
#[derive(Clone)]
pub struct CurrentMember {
    /// The member as `app` identifies them.
    pub actor: Actor,
    /// The member's name.
    pub name: String,
    pub email: String,
    /// The name of the workspace.
    pub workspace_name: String,
    /// The role, which decides on rights beyond the member's own contacts, as of the beginning of this request.
    pub role: Role,
    /// An identifier of this session, which is not secret; for data that belongs to this session only.
    pub session: String,
}

impl CurrentMember {
    /// The member as shown in the header of a page.
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

/// Whether the member has recently entered their password and second factor.
#[derive(Clone, Copy)]
pub struct ProvedRecently(pub bool);

impl<S: Sync> FromRequestParts<S> for CurrentMember {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Set on every route for members; a public route has no member.
        parts.extensions.get::<Self>().cloned().ok_or(Problem::SignIn)
    }
}

/// The secret of the session. Exists only on routes for members.
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
