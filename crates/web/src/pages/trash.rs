//! What was deleted, until it is restored or forgotten.
//!
//! Leaves out what `app` decides.

use crate::Web;
use crate::layout::{Page, Section, page};
use crate::session::Signed;
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /trash`
pub async fn list(State(web): State<Arc<Web>>, signed: Signed) -> Markup {
    let head = Page {
        title: "Trash",
        signed: Some(&signed),
        here: Section::Trash,
    };
    page(&web, head, html! { h1 { "Trash" } })
}
