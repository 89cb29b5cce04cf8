//! Tables of the rows of a file, by class: with controls to change the outcome before the import, without them after
//! it.
//!
//! Defines one table for each kind of class.

use crate::pages::import::address;
use crate::pages::import::fields::words_of;
use crate::pages::import::row_query::row_url;
use crate::ui::layout::table_frame;
use crate::ui::truncate::{brief, is_cut};
use crate::ui::words::{birthday_text, number};
use app::{Decision, Duplicates, ImportId, MatchedContact, PreviewRow, Reason, RowClass, RowsPage, ValueChange};
use maud::{Markup, html};
use model::{Contact, Slot};

/// A table of rows and its context.
pub struct Rows<'a> {
    pub import: ImportId,
    pub page: &'a RowsPage,
    /// The class of all rows of the page.
    pub class: RowClass,
    /// Where changes are posted; `None` after the import.
    pub changing: Option<Changing>,
}

/// The target and context of forms that change rows.
#[derive(Clone, Copy)]
pub struct Changing {
    pub import: ImportId,
    /// What the import does with duplicates.
    pub duplicates: Duplicates,
    /// The page number, from 1; forms return to it.
    pub page: u64,
    /// Whether invalid rows show only the columns with problems.
    pub only_problems: bool,
}

impl Changing {
    /// The query string with which a form returns to the invalid rows of this page.
    pub fn back(self) -> String {
        let columns = if self.only_problems { "&columns=problems" } else { "" };
        format!("class=invalid&page={}{columns}", self.page)
    }
}

/// The most items of one kind shown per row: reasons, corrections, changes, matches.
pub(super) const MOST_OF_EACH: usize = 4;

/// The id of the part that a script replaces after a change of rows.
pub const SWAP: &str = "preview";

/// The heading of a class before the import.
pub fn heading(class: RowClass) -> &'static str {
    match class {
        RowClass::New => "New",
        RowClass::Update => "Will change",
        RowClass::Unchanged => "Unchanged",
        RowClass::Duplicate => "Duplicates",
        RowClass::Possible => "Possible duplicates",
        RowClass::Ambiguous => "Ambiguous",
        RowClass::Conflict => "Conflicts",
        RowClass::Invalid => "Invalid",
    }
}

/// The explanation of a class.
pub fn meaning(class: RowClass) -> &'static str {
    match class {
        RowClass::New => "These rows match no existing contact and will be created.",
        RowClass::Update => "These rows change an existing contact. Each value is shown as old → new.",
        RowClass::Unchanged => "These rows match an existing contact and contain nothing new.",
        RowClass::Duplicate => "These rows match an existing contact or an earlier row of the file, and are skipped.",
        RowClass::Possible => {
            "These rows share a phone number or an email with a contact of a different name, such as colleagues with one switchboard or a family with one address."
        }
        RowClass::Ambiguous => {
            "These rows match more than one contact. Choose which one is meant, or they are skipped."
        }
        RowClass::Conflict => "The contact has been changed here since the file was exported.",
        RowClass::Invalid => {
            "Fix these rows here, or import the others and download these as a CSV. Enter saves a row and goes to the next problem."
        }
    }
}

impl Rows<'_> {
    pub fn table(&self) -> Markup {
        let table = match self.class {
            RowClass::New => self.plain(),
            RowClass::Invalid => self.fix_grid(),
            RowClass::Update => self.changed(),
            _ => self.matched(),
        };
        table_frame(
            &format!("Table: {}", heading(self.class)),
            self.class == RowClass::Invalid,
            table,
        )
    }

    fn plain(&self) -> Markup {
        html! {
            table.table.new-table {
                thead { tr {
                    th.number scope="col" { "Line" }
                    th scope="col" { "Name" }
                    th scope="col" { "Email" }
                    th scope="col" { "Phone" }
                    th scope="col" { "Company" }
                    th scope="col" { "City" }
                    th scope="col" { "Also" }
                    th scope="col" { "Warnings" }
                } }
                tbody { @for row in &self.page.rows { (self.plain_row(row)) } }
            }
        }
    }

    /// The number of items that are not shown, as a link to the row.
    pub(super) fn more(&self, row: &PreviewRow, all: usize) -> Markup {
        html! {
            @if all > MOST_OF_EACH {
                p.small { a href=(self.url(row)) { "and " (number((all - MOST_OF_EACH) as u64)) " more" } }
            }
        }
    }

    pub(super) fn url(&self, row: &PreviewRow) -> String {
        row_url(self.import, self.class, self.page.page, row.number)
    }

    /// The non-empty cells of a row, truncated to the space available.
    fn cells(&self, row: &PreviewRow) -> Markup {
        let mut filled = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let mut text = String::new();
        let mut whole = true;
        for cell in &mut filled {
            if !text.is_empty() {
                text.push_str(" · ");
            }
            text.push_str(&brief(cell));
            whole &= !is_cut(cell);
            if is_cut(&text) {
                break;
            }
        }
        let whole = whole && !is_cut(&text);
        html! { span title=(brief(&text)) { (brief(&text)) } @if !whole { " " a.small href=(self.url(row)) { "Whole row" } } }
    }

    fn plain_row(&self, row: &PreviewRow) -> Markup {
        let Some(contact) = &row.contact else {
            return html! { tr { th.number scope="row" { (row.line) } td colspan="7" { (self.cells(row)) } } };
        };
        let city = contact
            .addresses
            .iter()
            .map(|address| address.city.as_str())
            .find(|city| !city.is_empty());
        let email = contact.emails.first().map_or("", |email| email.value.as_str());
        html! {
            tr {
                th.number scope="row" { (row.line) }
                td { (brief(&contact.display_name())) }
                td data-label="Email" { (brief(email)) }
                td data-label="Phone" { (contact.phones.first().map(|phone| phone.phone.international()).unwrap_or_default()) }
                td data-label="Company" { (brief(contact.company.as_str())) }
                td data-label="City" { (brief(city.unwrap_or_default())) }
                td.muted data-label="Also" { (also(contact)) @if row.cells.iter().any(|cell| is_cut(cell)) { " " a.small href=(self.url(row)) { "Whole row" } } }
                td.wrap {
                    @for reason in row.reasons.iter().take(MOST_OF_EACH) { span.small { "! " (brief(&reason.message)) " " } }
                    (self.more(row, row.reasons.len()))
                    @if !row.fixed.is_empty() { span.badge.badge-good { "✎ corrected" } }
                }
            }
        }
    }

    fn changed(&self) -> Markup {
        html! {
            table.table.changes-table {
                thead { tr {
                    th.number scope="col" { "Line" }
                    th scope="col" { "Contact" }
                    th scope="col" { "Old → new" }
                    @if self.changing.is_some() { th scope="col" { "This row" } }
                } }
                tbody { @for row in &self.page.rows {
                    tr {
                        th.number scope="row" { (row.line) }
                        td { @match row.matches.first() {
                            Some(matched) => (matched_name(matched)),
                            None => (brief(&row.contact.as_ref().map(Contact::display_name).unwrap_or_default())),
                        } }
                        td.wrap { (changes(&row.changes)) (self.more(row, row.changes.len())) }
                        @if let Some(changing) = self.changing { td { (self.decision(changing, row)) } }
                    }
                } }
            }
        }
    }

    /// The rows next to the contacts that they match.
    fn matched(&self) -> Markup {
        html! {
            table.table.matches-table {
                thead { tr {
                    th.number scope="col" { "Line" }
                    th scope="col" { "File" }
                    th scope="col" { "Existing contact" }
                    @if self.changing.is_some() { th scope="col" { "This row" } }
                } }
                tbody { @for row in &self.page.rows {
                    tr {
                        th.number scope="row" { (row.line) }
                        td { @if let Some(contact) = &row.contact { (contact_lines(html! { (brief(&contact.display_name())) }, contact)) } @else { (self.cells(row)) } }
                        td {
                            @for matched in row.matches.iter().take(MOST_OF_EACH) { div.match { (contact_lines(matched_name(matched), &matched.contact)) } }
                            @if self.class != RowClass::Duplicate { @for reason in row.reasons.iter().take(MOST_OF_EACH) { p.small.muted.wrap { (brief(&reason.message)) } } }
                            (self.more(row, row.matches.len().max(row.reasons.len())))
                        }
                        @if let Some(changing) = self.changing { td { (self.decision(changing, row)) } }
                    }
                } }
            }
        }
    }

    /// The decision for one row, which overrides the options of the import.
    fn decision(&self, changing: Changing, row: &PreviewRow) -> Markup {
        let end = format!("decide?class={}&page={}", self.class.as_str(), changing.page);
        let chosen = decided(row);
        html! {
            form.correction method="post" action=(address(changing.import, &end)) data-swap=(SWAP) {
                input type="hidden" name="row" value=(row.number);
                select id=(format!("decide-{}", row.number)) name="decision" data-autosubmit aria-label=(format!("What happens to line {}", row.line)) {
                    @for (value, words) in self.choices(changing, row) {
                        option value=(value) selected[value == chosen] { (words) }
                    }
                }
                button.button-small data-without-script { "Set" }
            }
        }
    }

    fn choices(&self, changing: Changing, row: &PreviewRow) -> Vec<(String, String)> {
        let as_all = match (self.class, changing.duplicates) {
            (RowClass::Ambiguous | RowClass::Conflict, _) | (_, Duplicates::Skip) => "Default: skip",
            (_, Duplicates::Update) => "Default: update",
            (_, Duplicates::Fill) => "Default: fill in empty fields",
            (_, Duplicates::Create) => "Default: create",
        };
        let mut choices = vec![(String::new(), as_all.to_owned())];
        choices.push(("skip".to_owned(), "Skip".to_owned()));
        for (word, words) in [("update", "Update"), ("fill", "Fill in")] {
            if row.matches.len() > 1 {
                let known = row
                    .matches
                    .iter()
                    .take(MOST_OF_EACH)
                    .filter_map(|matched| Some((matched.id?, &matched.contact)));
                choices.extend(known.map(|(id, contact)| {
                    let name = contact.display_name();
                    (format!("{word}:{id}"), format!("{words} {}", brief(&name)))
                }));
            } else {
                choices.push((word.to_owned(), words.trim_end_matches(" of").to_owned()));
            }
        }
        choices.push(("create".to_owned(), "Create a new contact".to_owned()));
        choices
    }
}

/// The select value of a row's decision.
fn decided(row: &PreviewRow) -> String {
    let named = |word: &str, contact: Option<model::ContactId>| match contact {
        Some(id) if row.matches.len() > 1 => format!("{word}:{id}"),
        _ => word.to_owned(),
    };
    match row.decision {
        None => String::new(),
        Some(Decision::Skip) => "skip".to_owned(),
        Some(Decision::Create) => "create".to_owned(),
        Some(Decision::Update { contact }) => named("update", contact),
        Some(Decision::Fill { contact }) => named("fill", contact),
    }
}

/// The reasons for which a row is not imported.
pub(super) fn wrong(row: &PreviewRow) -> impl Iterator<Item = &Reason> {
    row.reasons.iter().filter(|reason| !reason.warning)
}

/// Turns advice, which the engine words as a clause, into a sentence.
pub fn sentence(advice: &str) -> String {
    let mut letters = advice.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if advice.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Counts what a contact has besides the values in the table.
fn also(contact: &Contact) -> String {
    let mut more: Vec<String> = Vec::new();
    let mut count = |n: usize, one: &str, many: &str| {
        if n > 0 {
            more.push(super::counted(n as u64, one, many));
        }
    };
    count(contact.emails.len().saturating_sub(1), "more email", "more emails");
    count(contact.phones.len().saturating_sub(1), "more phone", "more phones");
    count(contact.addresses.len(), "address", "addresses");
    count(contact.tags.len(), "tag", "tags");
    count(contact.custom.len(), "custom field", "custom fields");
    count(contact.vcard_lines.len(), "vCard line", "vCard lines");
    count(usize::from(!contact.notes.is_empty()), "note", "notes");
    more.join(", ")
}

fn matched_name(matched: &MatchedContact) -> Markup {
    let name = matched.contact.display_name();
    let name = brief(&name);
    html! {
        @match (matched.id, matched.line) {
            (Some(id), _) => a href=(format!("/contacts/{id}")) { (name) },
            (None, Some(line)) => { (name) " " span.muted { "(line " (line) " of this file)" } },
            (None, None) => (name),
        }
    }
}

fn contact_lines(name: Markup, contact: &Contact) -> Markup {
    let emails = contact
        .emails
        .iter()
        .take(2)
        .map(|email| email.value.as_str().to_owned());
    let phones = contact.phones.iter().take(2).map(|phone| phone.phone.international());
    let known: Vec<String> = emails.chain(phones).collect();
    html! {
        span.contact-name { (name) }
        @if !contact.company.is_empty() { span.muted { " · " (brief(contact.company.as_str())) } }
        br;
        span.small.muted { (brief(&known.join(" · "))) }
    }
}

/// Each value as old → new.
fn changes(changes: &[ValueChange]) -> Markup {
    html! {
        ul.changes {
            @for change in changes.iter().take(MOST_OF_EACH) {
                li {
                    span.tag { (brief(&words_of(&change.slot))) } " "
                    @if change.old.is_empty() { span.muted { "empty" } } @else { del { (changed_value(change, &change.old)) } }
                    span aria-hidden="true" { " → " } span.visually-hidden { " becomes " }
                    @if change.new.is_empty() { span.muted { "empty" } } @else { ins { (changed_value(change, &change.new)) } }
                }
            }
        }
    }
}

fn changed_value(change: &ValueChange, value: &str) -> Markup {
    match change.slot.parse() {
        Ok(Slot::Birthday) => birthday_text(value),
        _ => html! { (brief(value)) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_a_sentence() {
        assert_eq!(sentence("did you mean a@b.example?"), "Did you mean a@b.example?");
        assert_eq!(sentence("check the default country"), "Check the default country.");
        assert_eq!(sentence("über"), "Über.");
    }
}
