//! The export dialog.
//!
//! Leaves out what `app` decides.

use crate::Web;
use crate::layout::{Page, Section, page};
use crate::session::Signed;
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /export`
pub async fn form(State(web): State<Arc<Web>>, signed: Signed) -> Markup {
    let head = Page {
        title: "Export contacts",
        signed: Some(&signed),
        here: Section::Contacts,
    };
    page(&web, head, html! { h1 { "Export contacts" } })
}
