//! The import wizard, one file per step, and the list of imports.
//!
//! Leaves out what `app` decides.

use crate::Web;
use crate::layout::{Page, Section, page};
use crate::session::Signed;
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /import`
pub async fn form(State(web): State<Arc<Web>>, signed: Signed) -> Markup {
    let head = Page {
        title: "Import contacts",
        signed: Some(&signed),
        here: Section::Imports,
    };
    page(&web, head, html! { h1 { "Import contacts" } })
}

/// `POST /import`
pub async fn upload(_: Signed) -> axum::response::Redirect {
    axum::response::Redirect::to("/imports")
}

/// `GET /imports`
pub async fn list(State(web): State<Arc<Web>>, signed: Signed) -> Markup {
    let head = Page {
        title: "Imports",
        signed: Some(&signed),
        here: Section::Imports,
    };
    page(&web, head, html! { h1 { "Imports" } })
}
