//! Counts the cells that a replacement would change before it is made: as part of the preview with a script, as a
//! page without.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::preview::Correction;
use crate::pages::import::{Number, address, elsewhere, wizard};
use crate::session::CurrentMember;
use crate::ui::truncate::brief;
use crate::ui::words::counted;
use app::{Fix, Hits, ImportId};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /imports/{import}/hits`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(correction): Query<Correction>,
) -> Response {
    let import = ImportId(number);
    let fix = match correction.fix() {
        Ok(fix) => fix,
        Err(problem) => return problem.into_response(),
    };
    let counted = fix.clone();
    match blocking(&web, move |app| app.count_hits(signed.actor, import, &counted)).await {
        Ok(hits) => view(&signed, import, &fix, &hits).into_response(),
        Err(problem) => elsewhere(import, problem),
    }
}

fn view(signed: &CurrentMember, import: ImportId, fix: &Fix, hits: &Hits) -> Markup {
    wizard(
        signed,
        "Find and replace",
        html! {
            div.narrow {
                h1 { "Find and replace" }
                p id="hits" { (words(hits)) }
                ul.changes {
                    @for (now, then) in &hits.examples {
                        li { del { (brief(now)) } " → " @if then.is_empty() { span.muted { "empty" } } @else { ins { (brief(then)) } } }
                    }
                }
                div.actions {
                    @if hits.cells > 0 { (replace(import, fix)) }
                    a.button href=(address(import, "preview?class=invalid")) { "Back to the preview" }
                }
            }
        },
    )
}

/// `12 cells will change: a@x.con → a@x.com`.
fn words(hits: &Hits) -> String {
    match (hits.cells, hits.examples.first()) {
        (0, _) | (_, None) => "No cell of this column matches.".to_owned(),
        (cells, Some((now, then))) => format!(
            "{} will change, such as “{}” → “{}”.",
            counted(cells, "cell", "cells"),
            brief(now),
            brief(then)
        ),
    }
}

fn replace(import: ImportId, fix: &Fix) -> Markup {
    let Fix::Replace {
        column,
        find,
        with,
        whole,
    } = fix
    else {
        return html! {};
    };
    html! {
        form method="post" action=(address(import, "fix?class=invalid&page=1")) {
            input type="hidden" name="column" value=(column);
            input type="hidden" name="find" value=(find);
            input type="hidden" name="with" value=(with);
            @if !whole { input type="hidden" name="part" value="yes"; }
            button.button-primary { "Replace all" }
        }
    }
}
