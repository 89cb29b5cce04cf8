//! Flash messages, shown once after a redirect: what was just done, in some cases with a button to undo it.
//!
//! A handler returns [`redirect`]; `session::flash` carries the message to the next page of the same session.

use crate::ui::icon::{Icon, icon};
use crate::ui::layout::{Tone, notice};
use crate::ui::words::{contacts, number};
use app::ActionReport;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// A flash message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flash {
    /// Plain text.
    Text(String),
    /// Contacts were changed.
    Changed {
        change: Change,
        contacts: u64,
        skipped: u64,
        /// The id of the bulk action to undo.
        action: Option<i64>,
        /// The position in the list of duplicates from which there may be more.
        more_duplicates: Option<usize>,
    },
    Deleted {
        contacts: u64,
        skipped: u64,
        /// The time of deletion, by which the contacts can be restored.
        at: i64,
    },
    Restored {
        contacts: u64,
    },
    /// One contact was restored from the trash.
    RestoredContact {
        id: String,
    },
    Undone {
        contacts: u64,
        kept: u64,
    },
    /// Too few or too many contacts were selected for merging.
    MergeCount,
}

/// A change of contacts that can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    Tag,
    Untag,
    Share,
    Unshare,
    HandOver,
    Merge,
}

impl Change {
    /// The words for the changed contacts.
    fn done(self) -> &'static str {
        match self {
            Self::Tag => "tagged",
            Self::Untag => "no longer have the tag",
            Self::Share => "shared",
            Self::Unshare => "no longer shared",
            Self::HandOver => "transferred",
            Self::Merge => "merged",
        }
    }

    /// The reason why other contacts were skipped.
    fn skipped_because(self) -> &'static str {
        match self {
            Self::Tag | Self::Untag => "you can only view them",
            Self::Share | Self::Unshare | Self::HandOver | Self::Merge => "they are not yours",
        }
    }
}

impl Flash {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The message about a change of contacts.
    pub fn changed(change: Change, report: ActionReport) -> Self {
        Self::Changed {
            change,
            contacts: report.contacts,
            skipped: report.skipped,
            action: report.action,
            more_duplicates: None,
        }
    }

    /// Renders the message. `back` is the page to return to after undoing.
    pub fn notice(&self, back: &str) -> Markup {
        match self {
            Self::Text(text) => notice(Tone::Good, html! { p { (text) } }),
            Self::Changed { contacts, .. } => {
                let tone = if *contacts > 0 { Tone::Good } else { Tone::Plain };
                notice(tone, self.changed_content(back))
            }
            Self::Deleted {
                contacts: count,
                skipped,
                at,
            } => notice(
                Tone::Good,
                html! {
                    div.actions data-done {
                        span { (contacts(*count)) " moved to the trash" (skipped_count(*skipped, "they are not yours")) "." }
                        @if *count > 0 {
                            form method="post" action="/contacts/undelete" {
                                input type="hidden" name="at" value=(at);
                                button.button-small { (icon(Icon::Undo)) "Undo" }
                            }
                        }
                    }
                },
            ),
            Self::Restored { contacts: count } => notice(
                Tone::Good,
                html! { p { (contacts(*count)) " restored from the trash." } },
            ),
            Self::RestoredContact { id } => notice(
                Tone::Good,
                html! { p { "Restored. " a href={"/contacts/" (id)} { "View contact" } } },
            ),
            Self::Undone { contacts: count, kept } => notice(
                Tone::Good,
                html! { p {
                    "Undone: " (contacts(*count)) " restored"
                    @if *kept > 0 { ", " (number(*kept)) " kept because they have been changed since" }
                    "."
                } },
            ),
            Self::MergeCount => notice(Tone::Warn, html! { p { "Select 2 to 10 contacts to merge them." } }),
        }
    }

    fn changed_content(&self, back: &str) -> Markup {
        let Self::Changed {
            change,
            contacts: count,
            skipped,
            action,
            more_duplicates,
        } = self
        else {
            return html! {};
        };
        html! {
            // The attribute makes the script clear the selection.
            div.actions data-done {
                span {
                    @if *count > 0 { (contacts(*count)) " " (change.done()) }
                    @else { "Nothing to change" }
                    (skipped_count(*skipped, change.skipped_because())) "."
                }
                @if let Some(action) = action {
                    form method="post" action={"/actions/" (action) "/undo"} {
                        input type="hidden" name="back" value=(back);
                        button.button-small { (icon(Icon::Undo)) "Undo" }
                    }
                }
                @if let Some(from) = more_duplicates {
                    a.button.button-small href=(duplicates_url(*from)) autofocus { "More duplicates" }
                }
            }
        }
    }
}

fn skipped_count(count: u64, why: &str) -> Markup {
    html! { @if count > 0 { ", " (number(count)) " skipped because " (why) } }
}

/// Redirects the browser to a page that shows a message.
pub fn redirect(to: &str, flash: Flash) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.extensions_mut().insert(flash);
    response
}

/// The address of the duplicates page, from a position in the list.
pub fn duplicates_url(from: usize) -> String {
    format!("/duplicates?from={from}")
}
