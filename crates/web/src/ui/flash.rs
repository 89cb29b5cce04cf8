//! Messages after a redirect: what was just done to contacts, carried by the address, with a button to undo it.

use crate::ui::layout::{Tone, notice};
use crate::ui::words::{contacts, number};
use app::ActionReport;
use axum::response::Redirect;
use form_urlencoded::Serializer;
use maud::{Markup, html};

/// What was done, with its name in addresses, what is told of so many contacts, and why others were passed over.
const DEEDS: [(&str, &str, &str); 6] = [
    ("tag", "tagged", "you may only view them"),
    ("untag", "without the tag now", "you may only view them"),
    ("share", "shared", "they are not yours"),
    ("unshare", "not shared any more", "they are not yours"),
    ("hand-over", "handed over", "they are not yours"),
    ("merge", "merged into one", "they are not yours"),
];

/// Says in an address from which place on there may be more duplicates to go on with.
pub const MORE_DUPLICATES: &str = "duplicates";

/// What was done.
#[derive(Debug, Default)]
pub struct Flash {
    deed: String,
    contacts: u64,
    passed_over: u64,
    action: Option<i64>,
    undone: Option<u64>,
    kept: u64,
    deleted: Option<u64>,
    deleted_at: Option<i64>,
    restored: Option<u64>,
    merge_count: bool,
    saved_view: bool,
    more_duplicates: Option<usize>,
}

impl Flash {
    /// Reads it from the fields of an address.
    pub fn read(fields: &[(String, String)]) -> Self {
        let value = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let count = |wanted| value(wanted).and_then(|value| value.parse::<u64>().ok());
        let moment = |wanted| value(wanted).and_then(|value| value.parse::<i64>().ok());
        Self {
            deed: value("did").unwrap_or_default().to_owned(),
            contacts: count("n").unwrap_or_default(),
            passed_over: count("passed").unwrap_or_default(),
            action: moment("action"),
            undone: count("undone"),
            kept: count("kept").unwrap_or_default(),
            deleted: count("deleted"),
            deleted_at: moment("deleted_at"),
            restored: count("restored"),
            merge_count: value("merge") == Some("count"),
            saved_view: value("view") == Some("saved"),
            more_duplicates: value(MORE_DUPLICATES).and_then(|value| value.parse().ok()),
        }
    }

    /// The notice; `back` is the page to come back to.
    pub fn notice(&self, back: &str) -> Markup {
        let deed = DEEDS.iter().find(|(name, _, _)| *name == self.deed);
        html! {
            @if let Some((_, done, why)) = deed { (self.done(done, why, back)) }
            @if let (Some(at), Some(count)) = (self.deleted_at, self.deleted) {
                (notice(Tone::Good, html! {
                    div.actions {
                        span { (contacts(count)) " moved to the trash" (passed(self.passed_over, "they are not yours")) "." }
                        @if count > 0 {
                            form method="post" action="/contacts/undelete" {
                                input type="hidden" name="at" value=(at);
                                button.button-small { "Undo" }
                            }
                        }
                    }
                }))
            }
            @if let Some(count) = self.restored {
                (notice(Tone::Good, html! { p { (contacts(count)) " restored from the trash." } }))
            }
            @if let Some(count) = self.undone {
                (notice(Tone::Good, html! { p {
                    "Taken back: " (contacts(count)) (if count == 1 { " is" } else { " are" }) " as before"
                    @if self.kept > 0 { ", " (number(self.kept)) " kept because they were changed since" }
                    "."
                } }))
            }
            @if self.merge_count { (notice(Tone::Warn, html! { p { "Select 2 to 10 contacts to merge them." } })) }
            @if self.saved_view { (notice(Tone::Good, html! { p { "The view is saved. It stands under Views." } })) }
        }
    }

    fn done(&self, done: &str, why: &str, back: &str) -> Markup {
        let tone = if self.contacts > 0 { Tone::Good } else { Tone::Plain };
        notice(
            tone,
            html! {
                div.actions {
                    span {
                        @if self.contacts > 0 { (contacts(self.contacts)) " " (done) }
                        @else { "There was nothing to change" }
                        (passed(self.passed_over, why)) "."
                    }
                    @if let Some(action) = self.action {
                        form method="post" action={"/actions/" (action) "/undo"} {
                            input type="hidden" name="back" value=(back);
                            button.button-small { "Undo" }
                        }
                    }
                    @if let Some(from) = self.more_duplicates {
                        a.button.button-small href=(duplicates_url(from)) autofocus { "More duplicates" }
                    }
                }
            },
        )
    }
}

fn passed(count: u64, why: &str) -> Markup {
    html! { @if count > 0 { ", " (number(count)) " passed over because " (why) } }
}

/// An address with more fields.
pub fn with(url: &str, fields: &[(&str, String)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(fields);
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{}", query.finish())
}

/// The address of the page `back` with what an action came to.
pub fn after(back: &str, deed: &str, report: ActionReport) -> Redirect {
    let mut fields = vec![("did", deed.to_owned()), ("n", report.contacts.to_string())];
    if report.passed_over > 0 {
        fields.push(("passed", report.passed_over.to_string()));
    }
    if let Some(action) = report.action {
        fields.push(("action", action.to_string()));
    }
    Redirect::to(&with(back, &fields))
}

/// The page from a place on.
pub fn duplicates_url(from: usize) -> String {
    format!("/duplicates?from={from}")
}
