//! Which contacts a request means: one by the id in its address, or a selection in its fields.

use crate::pages::contacts::list_query::ListQuery;
use crate::ui::error_page::Problem;
use app::{Actor, App, Error, Filter, Scope};
use model::ContactId;

/// What was selected: these, or all that the criteria let pass.
#[derive(Clone)]
pub struct Selection {
    pub ids: Vec<ContactId>,
    pub all: bool,
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

/// What is told while it is not sure which contacts are meant.
pub fn unsure() -> Problem {
    let why =
        "The list is catching up with what has just changed, so it is not sure who is meant. Try again in a moment.";
    Problem::BadRequest(why.to_owned())
}

pub fn selection(fields: &[(String, String)]) -> Selection {
    let named = |wanted: &'static str| fields.iter().filter(move |(name, _)| name == wanted);
    Selection {
        // What is no id selects nobody.
        ids: named("id").filter_map(|(_, id)| id.parse().ok()).collect(),
        all: named("all").any(|(_, all)| all == "yes"),
    }
}

/// The id in an address; what is none leads nowhere.
pub fn id(text: &str) -> Result<ContactId, Problem> {
    text.parse().map_err(|_| Problem::NotFound)
}
