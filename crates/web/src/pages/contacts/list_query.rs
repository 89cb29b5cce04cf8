//! The criteria of a list, in a page's URL and in the fields of its forms.
//!
//! Defines the names of these fields and their conversion into a filter.

use crate::pages::contacts::columns::Columns;
use crate::ui::form_data::{all, first};
use app::{Error, Filter, ImportId, Scope, Sort};
use form_urlencoded::Serializer;
use maud::{Markup, html};
use serde::Deserialize;

/// The page of the contact list.
pub const CONTACTS: &str = "/contacts";
/// The page of contacts that others share with the member.
pub const SHARED: &str = "/shared";
/// The ids of the page elements that a new search or order replaces.
pub const SWAPPED: &str = "results head-actions list-count list-tools filter-count";
/// Contacts on a page of the list.
pub const PAGE: u64 = 50;

/// The fields of the search form. Empty fields do not restrict the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Criteria")]
pub struct ListQuery {
    /// Search words and conditions, in the filter syntax of the command line.
    pub q: String,
    pub tag: String,
    /// A part of a company's name.
    pub company: String,
    /// The id of an import.
    pub import: String,
    /// `email`: only contacts without an email.
    pub no: String,
    pub since: String,
    /// The name of a custom field.
    pub field: String,
    /// The value of that field; empty for any.
    pub value: String,
    /// `mine` or `shared`.
    pub scope: String,
    pub sort: String,
    pub columns: Columns,
    /// The page, from 1.
    pub page: String,
}

/// The scopes, with their names in URLs and their titles.
pub const SCOPES: [(Scope, &str, &str); 3] = [
    (Scope::All, "", "All contacts"),
    (Scope::Mine, "mine", "My contacts"),
    (Scope::Shared, "shared", "Shared with me"),
];

/// The sort orders, with their names in URLs and their titles.
pub const SORTS: [(Sort, &str, &str); 4] = [
    (Sort::Name, "", "Name, A to Z"),
    (Sort::NameDown, "name-down", "Name, Z to A"),
    (Sort::Newest, "newest", "Newest first"),
    (Sort::Changed, "changed", "Last changed first"),
];

/// The criteria as sent by a URL or form. Separate from [`ListQuery`] because the columns arrive in two fields.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Criteria {
    #[serde(deserialize_with = "first")]
    q: String,
    #[serde(deserialize_with = "first")]
    tag: String,
    #[serde(deserialize_with = "first")]
    company: String,
    #[serde(deserialize_with = "first")]
    import: String,
    #[serde(deserialize_with = "first")]
    no: String,
    #[serde(deserialize_with = "first")]
    since: String,
    #[serde(deserialize_with = "first")]
    field: String,
    #[serde(deserialize_with = "first")]
    value: String,
    #[serde(deserialize_with = "first")]
    scope: String,
    #[serde(deserialize_with = "first")]
    sort: String,
    #[serde(deserialize_with = "all")]
    cols: Vec<String>,
    #[serde(deserialize_with = "all")]
    col: Vec<String>,
    #[serde(deserialize_with = "first")]
    page: String,
}

impl From<Criteria> for ListQuery {
    fn from(sent: Criteria) -> Self {
        Self {
            columns: Columns::named(&sent.cols, &sent.col),
            q: sent.q,
            tag: sent.tag,
            company: sent.company,
            import: sent.import,
            no: sent.no,
            since: sent.since,
            field: sent.field,
            value: sent.value,
            scope: sent.scope,
            sort: sent.sort,
            page: sent.page,
        }
    }
}

impl ListQuery {
    pub fn scope(&self) -> Scope {
        let known = SCOPES.iter().find(|(_, name, _)| *name == self.scope);
        known.map_or(Scope::All, |(scope, _, _)| *scope)
    }

    pub fn filter(&self) -> Result<Filter, Error> {
        let mut filter: Filter = self.q.parse()?;
        if !self.tag.trim().is_empty() {
            filter = filter.with_tag(&self.tag);
        }
        if !self.company.trim().is_empty() {
            filter = filter.with_company(&self.company);
        }
        if !self.import.trim().is_empty() {
            let number = self.import.trim().parse();
            let number = number.map_err(|_| Error::Filter("Enter the number of an import, such as 12".to_owned()))?;
            filter = filter.with_import(ImportId(number));
        }
        if self.no == "email" {
            filter = filter.without_email();
        }
        if !self.since.trim().is_empty() {
            filter = filter.changed_since(self.since.trim())?;
        }
        if !self.field.trim().is_empty() {
            filter = filter.with_field(&self.field, &self.value)?;
        }
        Ok(filter)
    }

    pub fn sort(&self) -> Sort {
        let known = SORTS.iter().find(|(_, name, _)| *name == self.sort);
        known.map_or(Sort::Name, |(sort, _, _)| *sort)
    }

    /// The same criteria with another sort order.
    pub fn ordered(&self, by: Sort) -> Self {
        let name = SORTS.iter().find(|(sort, _, _)| *sort == by).map_or("", |sort| sort.1);
        Self {
            sort: name.to_owned(),
            ..self.clone()
        }
    }

    pub fn page(&self) -> u64 {
        self.page.parse::<u64>().unwrap_or_default().saturating_sub(1)
    }

    /// The path of the list; shared contacts have a page of their own.
    pub fn path(&self) -> &'static str {
        match self.scope() {
            Scope::Shared => SHARED,
            _ => CONTACTS,
        }
    }

    /// The URL of the list with these criteria.
    pub fn list_url(&self, page: u64) -> String {
        self.url(self.path(), page)
    }

    /// The scope field; `None` if it is the default or implied by the path.
    fn scope_field(&self, path: &str) -> Option<(&'static str, &str)> {
        let says = self.scope() != Scope::All && path != SHARED;
        says.then_some(("scope", self.scope.as_str()))
    }

    /// The non-empty fields, except scope, order, columns and page.
    fn conditions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("tag", &self.tag),
            ("company", &self.company),
            ("import", &self.import),
            ("no", &self.no),
            ("since", &self.since),
            ("field", &self.field),
            ("value", &self.value),
        ];
        // A value without a field has no effect.
        let has_field = !self.field.trim().is_empty();
        all.into_iter()
            .map(|(name, value)| (name, value.trim()))
            .filter(move |(name, value)| !value.is_empty() && (*name != "value" || has_field))
    }

    /// Whether the criteria exclude no contact.
    pub fn is_empty(&self) -> bool {
        self.conditions().next().is_none() && self.scope() != Scope::Mine
    }

    /// The number of conditions besides the search words.
    pub fn narrowed(&self) -> usize {
        let mine = usize::from(self.scope() == Scope::Mine);
        mine + self
            .conditions()
            .filter(|(name, _)| !["q", "value"].contains(name))
            .count()
    }

    /// A URL with these criteria.
    pub fn url(&self, path: &str, page: u64) -> String {
        self.url_but(path, None, page)
    }

    fn url_but(&self, path: &str, but: Option<&str>, page: u64) -> String {
        let mut query = Serializer::new(String::new());
        let said = self.scope_field(path).into_iter().chain(self.conditions());
        let goes = |name: &str| Some(name) == but || (name == "value" && but == Some("field"));
        query.extend_pairs(said.filter(|(name, _)| !goes(name)));
        if !self.sort.is_empty() {
            query.append_pair("sort", &self.sort);
        }
        if let Some(columns) = self.columns.query() {
            query.append_pair("cols", &columns);
        }
        if page > 0 {
            query.append_pair("page", &(page + 1).to_string());
        }
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// The query string that a saved view stores.
    pub fn query(&self) -> String {
        let url = self.url("", 0);
        url.strip_prefix('?').unwrap_or_default().to_owned()
    }

    /// The criteria as hidden form fields, without the page number.
    pub fn hidden(&self) -> Markup {
        html! {
            (self.hidden_but_columns())
            @if let Some(columns) = self.columns.query() { input type="hidden" name="cols" value=(columns); }
        }
    }

    /// The criteria as hidden form fields, without the columns, for a form that chooses columns itself.
    pub fn hidden_but_columns(&self) -> Markup {
        html! {
            @if self.scope() == Scope::Shared { input type="hidden" name="scope" value=(self.scope); }
            @if let Some((name, value)) = self.scope_field(self.path()) { input type="hidden" name=(name) value=(value); }
            @for (name, value) in self.conditions() { input type="hidden" name=(name) value=(value); }
            @if !self.sort.is_empty() { input type="hidden" name="sort" value=(self.sort); }
        }
    }

    /// The active conditions, each with a link that removes it.
    pub fn chips(&self) -> Markup {
        let path = self.path();
        let said = self.scope_field(path).into_iter().chain(self.conditions());
        let said: Vec<(&str, &str)> = said.filter(|(name, _)| *name != "value").collect();
        let chip = |name: &str, value: &str| match name {
            "tag" => format!("Tag: {value}"),
            "company" => format!("Company: {value}"),
            "import" => format!("Import {value}"),
            "no" => "Has no email".to_owned(),
            "since" => format!("Changed since {value}"),
            "scope" => "Mine".to_owned(),
            "field" if self.value.trim().is_empty() => format!("Has {value}"),
            "field" => format!("{value}: {}", self.value.trim()),
            _ => format!("“{value}”"),
        };
        html! {
            @if !self.is_empty() {
                ul.chips aria-label="Filters" {
                    @for (name, value) in &said {
                        @let chip = chip(name, value);
                        li { a.tag href=(self.url_but(path, Some(name), 0)) aria-label={"Remove " (chip)} { (chip) " ✕" } }
                    }
                    @if said.len() > 1 { li { a href=(path) { "Clear all" } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::form_data::parse;

    #[test]
    fn addresses_keep_what_was_asked_and_nothing_else() {
        let criteria = ListQuery {
            q: "ann & bob".to_owned(),
            tag: " ".to_owned(),
            no: "email".to_owned(),
            sort: "newest".to_owned(),
            ..ListQuery::default()
        };
        assert_eq!(
            criteria.url("/contacts", 2),
            "/contacts?q=ann+%26+bob&no=email&sort=newest&page=3"
        );
        assert_eq!(
            criteria.url_but("/contacts", Some("q"), 0),
            "/contacts?no=email&sort=newest"
        );
        assert_eq!(ListQuery::default().url("/export", 0), "/export");
        let own = ListQuery {
            field: "Shoe size".to_owned(),
            value: "44".to_owned(),
            ..ListQuery::default()
        };
        assert_eq!(own.url("/contacts", 0), "/contacts?field=Shoe+size&value=44");
        assert_eq!(
            (own.url_but("/contacts", Some("field"), 0), own.narrowed()),
            ("/contacts".to_owned(), 1)
        );
        assert!(own.chips().into_string().contains("Shoe size: 44 ✕"));
        let shared: ListQuery = parse("scope=shared&col=city");
        assert_eq!(shared.list_url(1), "/shared?cols=name%2Ccity&page=2");
        assert_eq!(shared.query(), "scope=shared&cols=name%2Ccity");
        assert!(shared.is_empty());
        assert_eq!(criteria.narrowed(), 1);
    }

    #[test]
    fn what_is_no_number_or_day_is_told() {
        for criteria in [
            ListQuery {
                import: "x".to_owned(),
                ..ListQuery::default()
            },
            ListQuery {
                since: "soon".to_owned(),
                ..ListQuery::default()
            },
        ] {
            assert!(criteria.filter().is_err());
        }
    }
}
