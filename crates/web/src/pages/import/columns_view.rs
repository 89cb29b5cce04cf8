//! The table of the second step: each column of the file with some values, its field, and how sure that is.
//!
//! Owns the pages of the columns.

use crate::pages::import::fields::{Choice, words};
use crate::pages::import::mapping_model::Shown;
use crate::ui::layout::table_frame;
use crate::ui::truncate::brief;
use crate::ui::words::number;
use app::{Column, MappedFile};
use maud::{Markup, html};
use std::ops::Range;

/// Columns on a page, at most.
const COLUMNS: usize = 50;

/// Bytes that the lists of fields on a page may take together: each column has one.
const LISTS: usize = 400 * 1024;

/// How many columns there are on a page: fewer where the workspace has many custom fields to choose from.
fn on_a_page(file: &MappedFile) -> usize {
    let names: usize = file.fields.iter().map(|name| 2 * name.len() + 40).sum();
    // The built-in fields take some 5 KiB.
    (LISTS / (names + 5 * 1024)).clamp(1, COLUMNS)
}

/// The columns of a page, by their place.
fn range(shown: &Shown<'_>) -> Range<usize> {
    let (all, each) = (shown.file.columns.len(), on_a_page(shown.file));
    let last = all.saturating_sub(1) / each;
    let begin = shown.page.min(last) * each;
    begin..(begin + each).min(all)
}

/// The columns of a page as a table.
pub fn columns(shown: &Shown<'_>) -> Markup {
    let fields = Choice::new(&shown.file.fields, shown.file.may_define);
    let range = range(shown);
    let here = shown
        .file
        .columns
        .iter()
        .enumerate()
        .skip(range.start)
        .take(range.len());
    let table = html! {
        table.table.mapping-table {
            thead { tr {
                th scope="col" { "Column" }
                th scope="col" { "Values" }
                th scope="col" { "Field" }
                th scope="col" { "Match" }
            } }
            tbody {
                @for (at, column) in here { (row(shown, &fields, at, column)) }
            }
        }
    };
    table_frame("Columns of the file", false, table)
}

/// The way to the other columns. Its buttons send what is chosen here, so nothing of it is lost.
pub fn pager(shown: &Shown<'_>) -> Markup {
    let (all, range) = (shown.file.columns.len(), range(shown));
    let page = range.start / on_a_page(shown.file);
    let step = |to: Option<usize>, name: &str| {
        html! { @if let Some(to) = to { button.button-small name="do" value=(format!("page-{}", to + 1)) { (name) } } }
    };
    html! {
        @if range.len() < all {
            nav.pages aria-label="Columns" {
                span { "Columns " (number(range.start as u64 + 1)) " to " (number(range.end as u64)) " of " (number(all as u64)) }
                div.actions {
                    (step(page.checked_sub(1), "Previous columns"))
                    (step((range.end < all).then_some(page + 1), "Next columns"))
                }
            }
        }
    }
}

fn row(shown: &Shown<'_>, fields: &Choice, at: usize, column: &Column) -> Markup {
    let choice = shown.choice(at, column);
    let twice = shown.twice(at, &choice);
    let name = format!("column-{at}");
    let about = format!("column-{at}-about");
    let header = if column.header.is_empty() {
        format!("column {}", at + 1)
    } else {
        brief(&column.header).into_owned()
    };
    let labels = labels_of(shown.file, column);
    html! {
        tr {
            th scope="row" { (header) }
            td.samples {
                @match shown.file.samples.get(at).filter(|values| !values.is_empty()) {
                    Some(values) => { @for value in values { span.sample { (brief(value)) } } },
                    None => span.muted { "empty" },
                }
            }
            td {
                select id=(name) name=(name) data-autosubmit aria-label=(format!("Field for {header}")) aria-describedby=(about) aria-invalid=[twice.map(|_| "true")] {
                    (fields.options(&column.header, &choice, labels.as_deref()))
                }
            }
            td.wrap id=(about) {
                @if let Some(other) = twice {
                    span.problem { "✕ “" (brief(other)) "” is mapped to the same field" }
                } @else { (sureness(column)) }
            }
        }
    }
}

fn labels_of(file: &MappedFile, column: &Column) -> Option<String> {
    let headers = column.label_for.iter().filter_map(|at| file.columns.get(*at));
    let names: Vec<&str> = headers.map(|column| column.header.as_str()).collect();
    (!names.is_empty()).then(|| brief(&names.join(", ")).into_owned())
}

/// How sure the proposal is, by word and sign, and why.
fn sureness(column: &Column) -> Markup {
    let (class, sign) = match column {
        _ if column.reason == "chosen" => ("badge", "Chosen"),
        Column {
            slot: None, label_for, ..
        } if label_for.is_empty() => ("badge", "Not imported"),
        _ if column.confidence >= 0.9 => ("badge badge-good", "Sure"),
        _ if column.confidence >= 0.6 => ("badge badge-good", "Likely"),
        _ => ("badge badge-warn", "Please check"),
    };
    html! {
        span class=(class) { (sign) }
        " "
        span.muted.small {
            @if let Some(proposal) = &column.proposal { "Could be " (brief(&words(proposal))) ": " }
            @if column.reason != "chosen" { (brief(&column.reason)) }
        }
    }
}
