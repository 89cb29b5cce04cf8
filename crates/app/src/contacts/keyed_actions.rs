//! Bulk actions of keyed requests: their answer is stored, so that they have one effect however often they are sent.

use crate::App;
use crate::access::Actor;
use crate::contacts::bulk::ActionReport;
use crate::contacts::shares::Change;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use model::ContactId;
use store::contacts::shares::{Access, Grantee};
use store::{Member, Tx};

/// A change of many contacts.
#[derive(Clone, Debug)]
pub enum BulkAction {
    Tag(String),
    Untag(String),
    /// Share with each of these grantees.
    Share(Vec<Grantee>, Access),
    /// Revoke the share of one grantee, or all shares.
    Unshare(Option<Grantee>),
    /// Transfer to another owner; `keep` is the access that the member keeps.
    HandOver {
        to: Member,
        keep: Option<Access>,
    },
}

impl App {
    /// Runs a bulk action. With `once`, the report is stored as the answer of a keyed request, in the transaction of
    /// the last step.
    ///
    /// # Errors
    /// The errors of the action; see [`App::tag_contacts`] and [`App::share`].
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
