//! Changes of many contacts that keep their answer: requests of programs that have one effect however often they are sent.

use crate::App;
use crate::access::Actor;
use crate::contacts::bulk::ActionReport;
use crate::contacts::shares::Change;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use model::ContactId;
use store::contacts::shares::{Access, Grantee};
use store::{Member, Tx};

/// What is done to many contacts.
#[derive(Clone, Debug)]
pub enum BulkAction {
    Tag(String),
    Untag(String),
    /// With each of some.
    Share(Vec<Grantee>, Access),
    /// From one, or from all.
    Unshare(Option<Grantee>),
    /// To another owner; `keep` is what the member may still do.
    HandOver {
        to: Member,
        keep: Option<Access>,
    },
}

impl App {
    /// Does something to many contacts; with `once` the report is kept as the answer of a keyed request, in the transaction of
    /// the last step.
    ///
    /// # Errors
    /// The errors of the action, as [`App::tag_contacts`] and [`App::share`] have.
    pub fn act_on_many(
        &self,
        actor: Actor,
        ids: &[ContactId],
        action: &BulkAction,
        once: Option<OnceAnswer<'_, ActionReport>>,
    ) -> Result<ActionReport, Error> {
        let at_end = |tx: &mut Tx<'_>, report: &ActionReport| keep_answer(tx, once, report);
        let change = match action {
            BulkAction::Tag(tag) => return self.tag_many(actor, ids, tag, &at_end),
            BulkAction::Untag(tag) => return self.untag_many(actor, ids, tag, &at_end),
            BulkAction::Share(to, access) => Change::share(to, *access),
            BulkAction::Unshare(from) => Change::Unshare(*from),
            BulkAction::HandOver { to, keep } => Change::HandOver { to: *to, keep: *keep },
        };
        self.change_shares(actor, ids, &change, &at_end)
    }
}
