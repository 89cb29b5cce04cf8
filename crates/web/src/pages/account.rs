//! The member's own account: name, password, sign-ins.
//!
//! Leaves out what `app` decides.

use crate::Web;
use crate::layout::{Page, Section, page};
use crate::session::Signed;
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /account`
pub async fn show(State(web): State<Arc<Web>>, signed: Signed) -> Markup {
    let head = Page {
        title: "Account",
        signed: Some(&signed),
        here: Section::Account,
    };
    page(&web, head, html! { h1 { "Account" } })
}
