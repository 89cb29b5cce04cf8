//! The warnings about rows that are imported all the same, in the preview and in the result.

use crate::ui::truncate::brief;
use crate::ui::words::{counted, number};
use app::{Warned, Warnings};
use maud::{Markup, html};

/// The kinds of warnings, each with its count and first rows.
pub fn warnings(warnings: &Warnings) -> Markup {
    let total = warnings.kinds().iter().map(|kind| kind.count).sum();
    html! {
        @if !warnings.is_empty() {
            details.card.warnings {
                summary { "Warnings: " (counted(total, "value", "values")) " for rows that are imported anyway" }
                ul.plain {
                    @for kind in warnings.kinds() {
                        li {
                            strong { (number(kind.count)) " " (kind.words()) }
                            ul { @for warned in &kind.first { li.small { (place(warned)) } } }
                            @if kind.count > kind.first.len() as u64 { p.small.muted { "These are the first of them." } }
                        }
                    }
                }
            }
        }
    }
}

fn place(warned: &Warned) -> Markup {
    html! {
        "Line " (warned.line)
        @if !warned.column.is_empty() { ", " (brief(&warned.column)) }
        @if let Some(said) = &warned.said { ": " (brief(&said.message)) }
    }
}
