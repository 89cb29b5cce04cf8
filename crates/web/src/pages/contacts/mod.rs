//! The contact list, and one contact.
//!
//! Leaves out what `app` decides.

use crate::Web;
use crate::layout::{Page, Section, page};
use crate::session::Signed;
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /contacts`
pub async fn list(State(web): State<Arc<Web>>, signed: Signed) -> Markup {
    let head = Page {
        title: "Contacts",
        signed: Some(&signed),
        here: Section::Contacts,
    };
    page(&web, head, html! { h1 { "Contacts" } })
}
