//! The contacts that a request refers to: one by the id in its URL, or a selection in its fields.

use crate::pages::contacts::list_query::ListQuery;
use crate::ui::error_page::Problem;
use crate::ui::form_data::{all, first};
use app::{Actor, App, Error, Filter, Scope};
use model::ContactId;
use serde::{Deserialize, Deserializer};

/// A selection: the listed ids, or all contacts that match the criteria.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Selection {
    #[serde(rename = "id", deserialize_with = "ids")]
    pub ids: Vec<ContactId>,
    #[serde(deserialize_with = "is_yes")]
    pub all: bool,
}

/// The form of the list and of the selection pages: the selection, the action, and its arguments.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SelectionForm {
    #[serde(flatten)]
    pub selection: Selection,
    #[serde(flatten)]
    pub criteria: ListQuery,
    #[serde(rename = "do", deserialize_with = "first")]
    pub action: String,
    /// The tag to add or remove. The field `tag` is one of the criteria.
    #[serde(rename = "bulk_tag", deserialize_with = "first")]
    pub tag: String,
    /// Members by number, or everyone; empty strings are ignored.
    #[serde(rename = "member", deserialize_with = "all")]
    pub members: Vec<String>,
    /// The access to grant.
    #[serde(deserialize_with = "first")]
    pub access: String,
    /// The grantee whose shares are revoked.
    #[serde(deserialize_with = "first")]
    pub to: String,
    /// The access that the previous owner keeps to transferred contacts.
    #[serde(deserialize_with = "first")]
    pub keep: String,
}

impl SelectionForm {
    /// The first chosen member; empty if none was chosen.
    pub fn member(&self) -> &str {
        self.members.first().map_or("", String::as_str)
    }
}

/// Values that are not ids are ignored.
fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ContactId>, D::Error> {
    Ok(all(deserializer)?.iter().filter_map(|id| id.parse().ok()).collect())
}

fn is_yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(all(deserializer)?.iter().any(|value| value == "yes"))
}

/// A selection with its criteria, to be resolved to ids on a thread that may block.
pub struct ResolvableSelection {
    selection: Selection,
    scope: Scope,
    filter: Filter,
}

impl Selection {
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && !self.all
    }

    /// Adds the criteria that define what `all` selects.
    pub fn contacts(self, criteria: &ListQuery) -> Result<ResolvableSelection, Error> {
        Ok(ResolvableSelection {
            selection: self,
            scope: criteria.scope(),
            filter: criteria.filter()?,
        })
    }
}

impl ResolvableSelection {
    /// The ids of the selected contacts; `None` while the list is still catching up.
    pub fn ids(self, app: &App, actor: Actor) -> Result<Option<Vec<ContactId>>, Error> {
        match self.selection.all {
            true => app.matching_contacts(actor, self.scope, &self.filter),
            false => Ok(Some(self.selection.ids)),
        }
    }
}

/// The response while the selected contacts cannot be determined.
pub fn unsure() -> Problem {
    let why = "The list is still updating, so the selection cannot be determined yet. Try again in a moment.";
    Problem::BadRequest(why.to_owned())
}

/// Parses the id in a URL; anything else is answered with 404.
pub fn id(text: &str) -> Result<ContactId, Problem> {
    text.parse().map_err(|_| Problem::NotFound)
}
