//! The columns of the list: which exist, which are chosen, and what each cell contains.
//!
//! The name is always the first column and not part of `Columns`. Columns named in the URL take precedence (a saved
//! view is such a URL), then the member's last choice, then the standard columns.

use crate::ui::form_data::parse;
use crate::ui::truncate::cut;
use crate::ui::words::date;
use app::{Listed, Right};
use form_urlencoded::Serializer;
use maud::{Markup, html};
use model::{Address, Text, fold};
use serde::Deserialize;
use std::borrow::Cow;

/// A column other than the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    Company,
    Email,
    Phone,
    Tags,
    Changed,
    City,
    Country,
    Title,
    Created,
    Owner,
    SharedBy,
    Since,
    Access,
    /// A custom field, by its name.
    Field(String),
}

/// The relative width of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Short,
    Medium,
    Usual,
    Long,
}

/// The built-in columns, with their names in URLs and their titles.
pub const BUILT_IN: [(Column, &str, &str); 13] = [
    (Column::Company, "company", "Company"),
    (Column::Title, "title", "Job title"),
    (Column::Email, "email", "Email"),
    (Column::Phone, "phone", "Phone"),
    (Column::City, "city", "City"),
    (Column::Country, "country", "Country"),
    (Column::Tags, "tags", "Tags"),
    (Column::Owner, "owner", "Owner"),
    (Column::SharedBy, "shared-by", "Shared by"),
    (Column::Since, "since", "Shared since"),
    (Column::Access, "access", "Access"),
    (Column::Changed, "changed", "Changed"),
    (Column::Created, "created", "Created"),
];

/// The value in a URL if only the name column is chosen.
pub const NAME_ONLY: &str = "name";
/// The prefix of a custom field's name in a URL.
const FIELD: &str = "field:";
/// The value that a form sends to restore the standard columns.
pub const STANDARD: &str = "standard";
/// Columns of a page, at most.
const MOST: usize = 24;
/// The most characters of a value, and (`TAGS`) the most tags of a contact, that a list shows. One shared contact
/// with a name of a megabyte must not make every member's list that large; the contact's own page shows all of it.
const SHOWN: usize = 200;
pub const TAGS: usize = 20;
/// Tags shown in a cell.
const TAGS_IN_A_CELL: usize = 2;

impl Column {
    /// The column's name in URLs.
    pub fn name(&self) -> String {
        match self {
            Self::Field(name) => format!("{FIELD}{name}"),
            built_in => find(built_in).0.to_owned(),
        }
    }

    /// The column's title.
    pub fn title(&self) -> &str {
        match self {
            Self::Field(name) => name,
            built_in => find(built_in).1,
        }
    }

    /// The relative width of its values.
    pub fn width(&self) -> Width {
        match self {
            Self::Email => Width::Long,
            Self::Phone => Width::Medium,
            Self::Changed | Self::Created | Self::Since | Self::Access => Width::Short,
            _ => Width::Usual,
        }
    }

    /// The form field that an edit of this cell changes, with its current value. `None` for columns that do not hold
    /// a single editable value, for contacts that the member may not edit, and for values that are shown truncated.
    pub fn changes(&self, listed: &Listed) -> Option<(&'static str, String)> {
        let contact = &listed.contact;
        let (field, value) = match self {
            Self::Company => ("company", contact.company.to_string()),
            Self::Title => ("title", contact.title.to_string()),
            Self::Email => (
                "email",
                contact
                    .emails
                    .first()
                    .map(|email| email.value.as_str().to_owned())
                    .unwrap_or_default(),
            ),
            Self::Phone => (
                "phone",
                contact
                    .phones
                    .first()
                    .map(|phone| phone.phone.raw().to_owned())
                    .unwrap_or_default(),
            ),
            _ => return None,
        };
        (listed.right >= Right::Edit && *clipped(&value) == value).then_some((field, value))
    }

    fn named(name: &str) -> Option<Self> {
        if let Some(field) = name.strip_prefix(FIELD) {
            return (!field.is_empty()).then(|| Self::Field(field.to_owned()));
        }
        let found = BUILT_IN.iter().find(|(_, known, _)| *known == name);
        found.map(|(column, _, _)| column.clone())
    }

    /// The content of a cell of this column.
    pub fn cell(&self, listed: &Listed) -> Markup {
        let contact = &listed.contact;
        let address = |part: fn(&Address) -> &str| {
            let found = contact.addresses.iter().map(part).find(|part| !part.is_empty());
            html! { (clipped(found.unwrap_or_default())) }
        };
        let share = listed.share.as_ref();
        match self {
            Self::Company => html! { (clipped(contact.company.as_str())) },
            Self::Title => html! { (clipped(contact.title.as_str())) },
            Self::Email => some(contact.emails.iter().map(|email| email.value.as_str().to_owned())),
            Self::Phone => some(contact.phones.iter().map(|phone| phone.phone.international())),
            Self::City => address(|address| address.city.as_str()),
            Self::Country => address(|address| address.country.as_str()),
            Self::Tags => tags(&contact.tags),
            Self::Owner => html! { @if listed.right == Right::Own { "You" } @else { (listed.owner_name) } },
            Self::SharedBy => html! { @if let Some(share) = share { (share.by_name) } },
            Self::Since => html! { @if let Some(share) = share { (date(share.at)) } },
            Self::Access => html! { (access(listed.right)) },
            Self::Changed => date(listed.version),
            Self::Created => date(listed.created_at),
            Self::Field(name) => {
                let folded = fold(name);
                let found = contact.custom.iter().find(|(known, _)| fold(known) == folded);
                html! { @if let Some((_, value)) = found { (clipped(value.as_str())) } }
            }
        }
    }
}

/// A value, truncated to what a list shows.
pub fn clipped(text: &str) -> Cow<'_, str> {
    cut(text, SHOWN)
}

/// A right in words.
pub fn access(right: Right) -> &'static str {
    match right {
        Right::View => "Can view",
        Right::Edit => "Can edit",
        Right::Own => "Yours",
    }
}

fn find(column: &Column) -> (&'static str, &'static str) {
    let found = BUILT_IN.iter().find(|(known, _, _)| known == column);
    found.map_or(("", ""), |(_, name, title)| (*name, *title))
}

/// The first of several values, and how many more there are.
fn some(mut values: impl Iterator<Item = String>) -> Markup {
    let first = values.next();
    let more = values.count();
    html! {
        @if let Some(first) = first {
            @if more > 0 { span.several { span.cut { (clipped(&first)) } span { "+" (more) } } } @else { (clipped(&first)) }
        }
    }
}

/// The first tags, and the number of the others. Only the text of a tag is truncated, never a badge or the number.
fn tags(tags: &[Text]) -> Markup {
    let more = tags.len().saturating_sub(TAGS_IN_A_CELL);
    let all = || {
        tags.iter()
            .take(TAGS)
            .map(|tag| clipped(tag.as_str()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    html! {
        @if !tags.is_empty() {
            span.several title=[(more > 0).then(all)] {
                @for tag in tags.iter().take(TAGS_IN_A_CELL) { span.tag { (clipped(tag.as_str())) } }
                @if more > 0 { span { "+" (more) } }
            }
        }
    }
}

/// The columns of a list; `None` if none were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(Option<Vec<Column>>);

/// The fields that name columns, in a URL, a form or the stored choice.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    /// One column name per value.
    col: Vec<String>,
    /// Comma-separated column names.
    cols: Vec<String>,
}

impl Columns {
    /// Reads the fields `cols` (comma-separated names) and `col` (one name each) of a URL or form.
    pub fn named(cols: &[String], col: &[String]) -> Self {
        let cols = cols.iter().filter(|names| !names.trim().is_empty());
        let mut names = cols
            .flat_map(|names| names.split(','))
            .chain(col.iter().map(String::as_str))
            .peekable();
        if names.peek().is_none() {
            return Self(None);
        }
        let mut chosen = Vec::new();
        for column in names.filter_map(Column::named) {
            if !chosen.contains(&column) && chosen.len() < MOST {
                chosen.push(column);
            }
        }
        Self(Some(chosen))
    }

    /// Reads a member's stored choice, without custom fields that are no longer in use.
    pub fn remembered(text: &str, used: &[String]) -> Self {
        let Named { col, cols } = parse(text);
        let Self(chosen) = Self::named(&cols, &col);
        let is_used = |column: &Column| match column {
            Column::Field(name) => used.contains(name),
            _ => true,
        };
        Self(chosen.map(|chosen| chosen.into_iter().filter(is_used).collect()))
    }

    /// The choice in the form in which it is stored; `None` if no columns were chosen.
    pub fn to_remember(&self) -> Option<String> {
        let chosen = self.0.as_ref()?;
        let mut text = Serializer::new(String::new());
        text.append_pair("col", NAME_ONLY);
        text.extend_pairs(chosen.iter().map(|column| ("col", column.name())));
        Some(text.finish())
    }

    /// Whether no columns were chosen.
    pub fn are_standard(&self) -> bool {
        self.0.is_none()
    }

    /// The value for a URL; `None` if no columns were chosen.
    pub fn query(&self) -> Option<String> {
        let chosen = self.0.as_ref()?;
        // A custom field whose name contains a comma cannot be part of a comma-separated list.
        let names = chosen.iter().map(Column::name).filter(|name| !name.contains(','));
        let names: Vec<String> = std::iter::once(NAME_ONLY.to_owned()).chain(names).collect();
        Some(names.join(","))
    }

    /// The chosen columns, or the standard columns of the list.
    pub fn shown(&self, shared: bool) -> Vec<Column> {
        match &self.0 {
            Some(chosen) => chosen.clone(),
            None if shared => vec![
                Column::Company,
                Column::Email,
                Column::SharedBy,
                Column::Since,
                Column::Access,
            ],
            None => vec![
                Column::Company,
                Column::Email,
                Column::Phone,
                Column::Tags,
                Column::Changed,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::contacts::list_query::ListQuery;

    fn read(query: &str) -> Columns {
        parse::<ListQuery>(query).columns
    }

    #[test]
    fn what_is_remembered_is_what_was_chosen_but_for_fields_of_no_use() {
        let chosen = read("col=name&col=city&col=field%3AA%2C+B&col=field%3AGone");
        let text = chosen.to_remember().unwrap();
        assert_eq!(
            Columns::remembered(&text, &["A, B".to_owned()]).shown(false),
            [Column::City, Column::Field("A, B".to_owned())]
        );
        assert_eq!(read("").to_remember(), None);
        let none = read("col=name").to_remember().unwrap();
        assert_eq!(Columns::remembered(&none, &[]).shown(false), []);
    }

    #[test]
    fn a_list_shows_the_beginning_of_what_is_long() {
        assert_eq!(clipped("Zoë"), "Zoë");
        let long = clipped(&"ë".repeat(1_000_000)).into_owned();
        assert_eq!(long.chars().count(), SHOWN + 1);
        assert_eq!(clipped(&"ë".repeat(SHOWN)).chars().count(), SHOWN);
    }

    #[test]
    fn chosen_columns_stand_in_the_address_in_their_order() {
        let chosen = read("col=name&col=city&col=field%3AShoe+size&col=nonsense&col=city");
        assert_eq!(chosen.query().as_deref(), Some("name,city,field:Shoe size"));
        assert_eq!(read("cols=name,city,field%3AShoe+size"), chosen);
        assert_eq!(
            chosen.shown(false),
            [Column::City, Column::Field("Shoe size".to_owned())]
        );
        assert_eq!(read("cols=name").shown(false), []);
        assert_eq!(read("q=x&cols=").query(), None);
        assert_eq!(read("").shown(true).len(), 5);
    }
}
