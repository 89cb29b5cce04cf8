//! The columns of the second step: each with sample values, its field, and notes about the mapping.
//!
//! Defines the grouping and the paging of the columns.

use crate::pages::import::fields::{Choice, LABEL_COLUMN, words};
use crate::pages::import::mapping_model::Shown;
use crate::ui::icon::{Icon, icon};
use crate::ui::layout::table_frame;
use crate::ui::truncate::brief;
use crate::ui::words::{counted, number};
use app::{Column, MappedFile};
use maud::{Markup, html};
use std::ops::Range;

/// Columns on a page, at most.
const COLUMNS: usize = 50;

/// The most bytes that the field selects of a page may take together: each column has one.
const LISTS: usize = 400 * 1024;

/// How many columns there are on a page: fewer where the workspace has many custom fields to choose from.
fn on_a_page(file: &MappedFile) -> usize {
    let names: usize = file.fields.iter().map(|name| 2 * name.len() + 40).sum();
    // The built-in fields take about 5 KiB.
    (LISTS / (names + 5 * 1024)).clamp(1, COLUMNS)
}

/// The indices of the columns on the current page.
fn range(shown: &Shown<'_>) -> Range<usize> {
    let (all, each) = (shown.file.columns.len(), on_a_page(shown.file));
    let last = all.saturating_sub(1) / each;
    let begin = shown.page.min(last) * each;
    begin..(begin + each).min(all)
}

/// A group of columns shown together on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// May be wrong: weak proposals, fields that another column has taken, values that cannot be parsed.
    NeedsALook,
    Mapped,
    NotImported,
}

impl Group {
    const ALL: [Self; 3] = [Self::NeedsALook, Self::Mapped, Self::NotImported];

    fn title(self) -> &'static str {
        match self {
            Self::NeedsALook => "Needs a look",
            Self::Mapped => "Mapped",
            Self::NotImported => "Not imported",
        }
    }

    fn from_column(shown: &Shown<'_>, at: usize, column: &Column) -> Self {
        let choice = shown.choice(at, column);
        let doubtful = column.confidence < LIKELY && !choice.is_empty() && choice != LABEL_COLUMN;
        if shown.twice(at, &choice).is_some()
            || shown.taken_from(at).is_some()
            || column.proposal.is_some()
            || shown.problem_of(at).is_some()
            || doubtful
        {
            return Self::NeedsALook;
        }
        if choice.is_empty() {
            Self::NotImported
        } else {
            Self::Mapped
        }
    }
}

/// The confidence from which a proposal is applied without a request to check it, and (`SURE`) from which nothing is
/// said about it.
const LIKELY: f64 = 0.6;
const SURE: f64 = 0.9;

/// With more than this many unmapped columns their group is collapsed at first.
const OPEN: usize = 12;

/// The columns of a page in their groups.
pub fn columns(shown: &Shown<'_>) -> Markup {
    let fields = Choice::new(&shown.file.fields, shown.file.may_define);
    let range = range(shown);
    let all = shown.file.columns.iter().enumerate();
    let here: Vec<(usize, &Column, Group)> = all
        .skip(range.start)
        .take(range.len())
        .map(|(at, column)| (at, column, Group::from_column(shown, at, column)))
        .collect();
    html! {
        div.map-groups {
            @for group in Group::ALL {
                (columns_of(shown, &fields, group, here.iter().filter(|(_, _, of)| *of == group).map(|(at, column, _)| (*at, *column)).collect()))
            }
            (unmatched(shown))
        }
    }
}

fn columns_of(shown: &Shown<'_>, fields: &Choice, group: Group, columns: Vec<(usize, &Column)>) -> Markup {
    if columns.is_empty() {
        return html! {};
    }
    let title = group.title();
    let id = match group {
        Group::NeedsALook => "needs-a-look",
        Group::Mapped => "mapped",
        Group::NotImported => "not-imported",
    };
    html! {
        details.map-group id=(id) open[group != Group::NotImported || columns.len() <= OPEN] {
            summary { h2 { (title) } span.tab-count { (number(columns.len() as u64)) } }
            (table_frame(title, false, html! {
                table.table.mapping-table {
                    colgroup { col.of-name; col.of-values; col.of-field; col; }
                    thead.visually-hidden { tr {
                        th scope="col" { "Column" }
                        th scope="col" { "Values" }
                        th scope="col" { "Field" }
                        th scope="col" { "Match" }
                    } }
                    tbody { @for (at, column) in columns { (row(shown, fields, at, column)) } }
                }
            }))
        }
    }
}

/// The choice whether columns without a field become custom fields, for members who may define them.
fn unmatched(shown: &Shown<'_>) -> Markup {
    let keeps = shown.draft.settings.keep_unmapped;
    let any = shown
        .file
        .columns
        .iter()
        .any(|column| column.slot.is_none() && column.label_for.is_empty());
    html! {
        @if shown.file.may_define && (any || keeps) {
            div.inline-field.unmatched {
                label for="unmapped" { "Unmatched columns" }
                select id="unmapped" name="unmapped" data-autosubmit {
                    option value="leave" selected[!keeps] { "Don't import" }
                    option value="keep" selected[keeps] { "Create custom fields" }
                }
            }
        }
    }
}

/// The links to the other pages of columns. They are submit buttons, so the choices made on this page are kept.
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
            td.of-choice {
                select id=(name) name=(name) data-autosubmit aria-label=(format!("Field for {header}")) aria-describedby=(about) aria-invalid=[twice.map(|_| "true")] {
                    (fields.options(&column.header, &choice, labels.as_deref()))
                }
                button.button-quiet.button-small type="button" data-finds=(name) data-with-script aria-label=(format!("Search fields for {header}")) title="Search fields" { (icon(Icon::Search)) }
            }
            td.wrap id=(about) data-poll-part {
                @if let Some(other) = twice {
                    span.problem { "✕ “" (brief(other)) "” is mapped to the same field" }
                } @else { (sureness(column)) (taken(shown, at, column)) (problem(shown, at)) }
            }
        }
    }
}

/// The note that a choice took the field of another column, in the rows of both, with a button to undo it.
fn taken(shown: &Shown<'_>, at: usize, column: &Column) -> Markup {
    let undo = |taker: usize, of: &str| {
        html! {
            button.button-small name="do" value=(format!("undo-{taker}")) data-focus=(format!("column-{taker}")) {
                "Undo" span.visually-hidden { " the choice for " (brief(of)) }
            }
        }
    };
    let header = |at: usize| shown.file.columns.get(at).map_or("", |column| column.header.as_str());
    let lost_to = shown.file.taken_by.get(at).copied().flatten();
    html! {
        @if let Some(taker) = lost_to {
            span.taken {
                span.badge.badge-warn { "Not imported" } " "
                span.small { @if let Some(slot) = &column.proposal { (brief(&words(slot))) } " is filled by “" (brief(header(taker))) "” now." }
                " " (undo(taker, header(taker)))
            }
        } @else if let Some(loser) = shown.taken_from(at) {
            span.taken {
                span.small { "Taken from “" (brief(header(loser))) "”, which is not imported now." }
                " " (undo(at, &column.header))
            }
        }
    }
}

/// The problem that the preview found with values of the column.
fn problem(shown: &Shown<'_>, at: usize) -> Markup {
    html! {
        @if let Some(problem) = shown.problem_of(at) {
            p.small.problem { "✕ " (counted(problem.rows, "row", "rows")) ": " (brief(&problem.message)) }
        }
    }
}

fn labels_of(file: &MappedFile, column: &Column) -> Option<String> {
    let headers = column.label_for.iter().filter_map(|at| file.columns.get(*at));
    let names: Vec<&str> = headers.map(|column| column.header.as_str()).collect();
    (!names.is_empty()).then(|| brief(&names.join(", ")).into_owned())
}

/// How certain the proposal is, and why, unless it is certain.
fn sureness(column: &Column) -> Markup {
    let chosen = column.reason == "chosen";
    let badge = match column {
        _ if chosen => Some(("badge", "Chosen")),
        Column {
            slot: None, label_for, ..
        } if label_for.is_empty() => column.proposal.as_ref().map(|_| ("badge badge-warn", "Please check")),
        _ if column.confidence >= SURE => None,
        _ if column.confidence >= LIKELY => Some(("badge badge-good", "Likely")),
        _ => Some(("badge badge-warn", "Please check")),
    };
    let taken = column.proposal.is_some() && column.slot.is_none() && column.confidence >= 1.0;
    html! {
        @match badge {
            _ if taken => {},
            Some((class, sign)) => {
                span class=(class) { (sign) }
                " "
                span.muted.small {
                    @if let Some(proposal) = &column.proposal { "Could be " (brief(&words(proposal))) ": " }
                    @if !chosen { (brief(&column.reason)) }
                }
            }
            None => span.visually-hidden { (brief(&column.reason)) },
        }
    }
}
