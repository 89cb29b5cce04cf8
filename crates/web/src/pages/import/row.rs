//! One row of a file with all its cells: the tables of rows show long values truncated.
//!
//! Limits the number of cells per page and their total size. Longer values are only in the file itself.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::row_query::{PAGE, row_url};
use crate::pages::import::{Number, elsewhere, wizard};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::layout::{pages, table_frame};
use crate::ui::truncate::{brief, cut};
use crate::ui::words::{counted, number};
use app::{Actor, App, Error, ImportId, PreviewRow, RowClass, RowsPage};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// Cells on a page.
const CELLS: usize = 50;

/// The most characters of all cells of a page together.
const CHARACTERS: usize = 64 * 1024;

/// The id of the part that a script replaces when paging through the cells.
const SWAP: &str = "cells";

/// The row in the URL.
#[derive(Debug, Deserialize)]
pub struct At {
    class: String,
    /// The page of this class's rows that contains it, from 0.
    page: u64,
    /// The number of the row in the file.
    row: u64,
    /// The page of its cells, from 0.
    #[serde(default)]
    cells: usize,
}

/// `GET /imports/{import}/row`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(import): Number,
    Query(at): Query<At>,
) -> Response {
    let import = ImportId(import);
    let Some(class) = RowClass::parse(&at.class) else {
        return Problem::NotFound.into_response();
    };
    let (actor, page) = (signed.actor, at.page);
    let rows = match blocking(&web, move |app| rows(app, actor, import, class, page)).await {
        Ok(rows) => rows,
        Err(problem) => return elsewhere(import, problem),
    };
    match rows.rows.iter().find(|row| row.number == at.row) {
        Some(row) => view(&signed, import, (class, &at), &rows.header, row).into_response(),
        None => Problem::NotFound.into_response(),
    }
}

/// The page of rows, from the preview of a draft or the result of an import.
fn rows(app: &App, actor: Actor, import: ImportId, class: RowClass, page: u64) -> Result<RowsPage, Error> {
    match app.preview_rows(actor, import, class, page, PAGE) {
        Err(Error::NotADraft { .. }) => app.result_rows(actor, import, class, page, PAGE),
        other => other,
    }
}

fn view(
    signed: &CurrentMember,
    import: ImportId,
    (class, at): (RowClass, &At),
    header: &[String],
    row: &PreviewRow,
) -> Markup {
    let title = format!("Line {}", row.line);
    let all = row.cells.len().max(1).div_ceil(CELLS);
    let page = at.cells.min(all - 1);
    let url = row_url(import, class, at.page, at.row);
    let content = html! {
        div.stack {
            h1 { (title) }
            p.muted { (counted(row.cells.len() as u64, "value", "values")) ", as in the file. Values that are shortened here are imported completely." }
            @for reason in row.reasons.iter().take(CELLS) { p { @if !reason.column.is_empty() { span.tag { (brief(&reason.column)) } " " } (brief(&reason.message)) } }
            div.stack id=(SWAP) {
                (table_frame("Values of the row", false, cells(header, row, page)))
                @if all > 1 { (pages(page as u64, all as u64, SWAP, |to| format!("{url}&cells={to}"))) }
            }
            p { a.button href=(format!("/imports/{import}")) { "Back to the import" } }
        }
    };
    wizard(signed, &title, content)
}

fn cells(header: &[String], row: &PreviewRow, page: usize) -> Markup {
    let mut left = CHARACTERS;
    let mut shown = |cell: &str| {
        let text = cut(cell, left).into_owned();
        left = left.saturating_sub(text.chars().count());
        text
    };
    html! {
        table.table {
            thead { tr { th.number scope="col" { "No." } th scope="col" { "Column" } th scope="col" { "Value" } } }
            tbody {
                @for (at, cell) in row.cells.iter().enumerate().skip(page * CELLS).take(CELLS) {
                    tr {
                        th.number scope="row" { (number(at as u64 + 1)) }
                        td { (brief(header.get(at).map_or("", String::as_str))) }
                        td.wrap { (shown(cell)) }
                    }
                }
            }
        }
    }
}
