//! The timeline of a contact, in words, with each changed value as old → new.

use crate::pages::contacts::share::can;
use crate::ui::contact_text::{Fact, Value, facts};
use crate::ui::truncate::{Room, brief};
use crate::ui::words::{moment, number};
use app::{TimelineEntry, TimelineEvent};
use maud::{Markup, html};
use model::Contact;

/// The entries of a timeline, the latest first.
pub fn timeline(entries: &[TimelineEntry]) -> Markup {
    let room = Room::new();
    html! {
        ol.timeline {
            @for entry in entries {
                li {
                    p { (what(&entry.what)) }
                    p.small.muted { (moment(entry.at)) @if !entry.by.is_empty() { ", " (entry.by) } }
                    @if let Some(values) = &entry.values { (changes(&values.0, &values.1, &room)) }
                }
            }
        }
    }
}

fn what(event: &TimelineEvent) -> Markup {
    let with = |names: &[(String, app::Access)]| {
        html! { @for (at, (name, access)) in names.iter().enumerate() { @if at > 0 { ", " } (name) " (" (can(*access)) ")" } }
    };
    html! {
        @match event {
            TimelineEvent::Imported { import, file_name, line, own } => {
                "Updated with "
                @if *own { a href={"/imports/" (import.0)} { "import " (import.0) } } @else { "import " (import.0) }
                ", “" (brief(file_name)) "”, line " (number(*line))
            }
            TimelineEvent::Edited => "Edited",
            TimelineEvent::Tagged => "Tagged",
            TimelineEvent::Untagged => "Tag removed",
            TimelineEvent::Shared(names) => { "Shared" @if !names.is_empty() { " with " (with(names)) } }
            TimelineEvent::Unshared(names) => { "Sharing stopped" @if !names.is_empty() { ": " (with(names)) } }
            TimelineEvent::Transferred(name) => { "Transferred to " (name) }
            TimelineEvent::Merged => "Merged with another contact",
        }
    }
}

/// A changed value: field, old value, new value.
type Change<'f> = (&'f str, Option<&'f Value>, Option<&'f Value>);

/// The differences between two states, field by field. Within a field, old and new values are paired in order.
fn differences<'f>(before: &'f [Fact], after: &'f [Fact]) -> Vec<Change<'f>> {
    let gone = before.iter().filter(|fact| !after.contains(fact));
    let mut added: Vec<&Fact> = after.iter().filter(|fact| !before.contains(fact)).collect();
    let mut changes: Vec<Change<'f>> = gone
        .map(|(name, old)| {
            let new = added.iter().position(|(of, _)| of == name).map(|at| added.remove(at));
            (name.as_str(), Some(old), new.map(|(_, new)| new))
        })
        .collect();
    changes.extend(added.into_iter().map(|(name, new)| (name.as_str(), None, Some(new))));
    changes
}

fn changes(before: &Contact, after: &Contact, room: &Room) -> Markup {
    let (before, after) = (facts(before), facts(after));
    html! {
        ul.changes {
            @for (name, old, new) in differences(&before, &after) {
                li {
                    span.muted { (brief(name)) ": " }
                    @match old { Some(old) => del { (old.fit(room)) }, None => span.muted { "empty" } }
                    span aria-hidden="true" { " → " } span.visually-hidden { " becomes " }
                    @match new { Some(new) => ins { (new.fit(room)) }, None => span.muted { "empty" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    fn facts_of(facts: &[(&str, &str)]) -> Vec<Fact> {
        facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), text(value)))
            .collect()
    }

    #[test]
    fn old_values_stand_beside_the_new_ones_of_their_field() {
        let before = facts_of(&[("Company", "Acme"), ("Tag", "vip"), ("Email", "a@x.org")]);
        let after = facts_of(&[("Company", "Berg"), ("Email", "a@x.org"), ("City", "Bonn")]);
        let [acme, berg, vip, bonn] = ["Acme", "Berg", "vip", "Bonn"].map(text);
        let expected = [
            ("Company", Some(&acme), Some(&berg)),
            ("Tag", Some(&vip), None),
            ("City", None, Some(&bonn)),
        ];
        assert_eq!(differences(&before, &after), expected);
    }
}
