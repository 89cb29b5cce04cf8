//! Which contacts a request means: one by the id in its address, or a selection in its fields.

use crate::pages::contacts::list_query::ListQuery;
use crate::ui::error_page::Problem;
use crate::ui::form_data::{all, first};
use app::{Actor, App, Error, Filter, Scope};
use model::ContactId;
use serde::{Deserialize, Deserializer};

/// What was selected: these, or all that the criteria let pass.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Selection {
    #[serde(rename = "id", deserialize_with = "ids")]
    pub ids: Vec<ContactId>,
    #[serde(deserialize_with = "is_yes")]
    pub all: bool,
}

/// What the list and the pages of a selection send: what is selected, what to do with it, and with whom.
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
    /// Members, by number or as everyone; empty ones mean that nobody was chosen.
    #[serde(rename = "member", deserialize_with = "all")]
    pub members: Vec<String>,
    /// What they may do.
    #[serde(deserialize_with = "first")]
    pub access: String,
    /// Whose shares to revoke.
    #[serde(deserialize_with = "first")]
    pub to: String,
    /// What the owner until now may do with contacts that are handed over.
    #[serde(deserialize_with = "first")]
    pub keep: String,
}

impl SelectionForm {
    /// The member that was chosen first; empty without one.
    pub fn member(&self) -> &str {
        self.members.first().map_or("", String::as_str)
    }
}

/// What is no id selects nobody.
fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ContactId>, D::Error> {
    Ok(all(deserializer)?.iter().filter_map(|id| id.parse().ok()).collect())
}

fn is_yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(all(deserializer)?.iter().any(|value| value == "yes"))
}

/// A selection that can be looked up on a thread that may block.
pub struct Meant {
    selection: Selection,
    scope: Scope,
    filter: Filter,
}

impl Selection {
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && !self.all
    }

    /// With the criteria that say what all is.
    pub fn contacts(self, criteria: &ListQuery) -> Result<Meant, Error> {
        Ok(Meant {
            selection: self,
            scope: criteria.scope(),
            filter: criteria.filter()?,
        })
    }
}

impl Meant {
    /// The ids; none while it is not sure which they are.
    pub fn ids(self, app: &App, actor: Actor) -> Result<Option<Vec<ContactId>>, Error> {
        match self.selection.all {
            true => app.matching_contacts(actor, self.scope, &self.filter),
            false => Ok(Some(self.selection.ids)),
        }
    }
}

/// The answer while it is not sure which contacts are meant.
pub fn unsure() -> Problem {
    let why = "The list is still updating, so the selection cannot be determined yet. Try again in a moment.";
    Problem::BadRequest(why.to_owned())
}

/// The id in an address; what is none leads nowhere.
pub fn id(text: &str) -> Result<ContactId, Problem> {
    text.parse().map_err(|_| Problem::NotFound)
}
