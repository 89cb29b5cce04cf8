//! The audit log: which actions are recorded, and how.
//!
//! An action is recorded in the transaction that does it, so that neither exists without the other.

pub(crate) mod log;

use crate::App;
use crate::access::Actor;
use store::workspace::audit::{self, AuditEntry};
use store::{Member, Tx, Workspace};
use uuid::Uuid;

/// An action that the audit log records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// A member signed in.
    SignedIn,
    /// Sign-ins failed so often that further attempts must wait.
    SlowedDown,
    /// A person was invited.
    Invited,
    /// An invitation was revoked.
    InvitationRevoked,
    /// An invited person joined.
    Joined,
    /// A member was given another role.
    RoleChanged,
    /// A member cannot sign in any more.
    Deactivated,
    /// A member can sign in again.
    Reactivated,
    /// A member was removed, and their contacts were transferred.
    Removed,
    /// A link to set a new password was made.
    ResetLink,
    /// A password was changed.
    PasswordChanged,
    /// A session was ended by another member.
    SignInEnded,
    /// Contacts were shared.
    Shared,
    /// Shares were revoked.
    Unshared,
    /// Contacts were transferred to another owner.
    HandedOver,
    /// A file was imported.
    Imported,
    /// An import was undone.
    ImportUndone,
    /// Contacts were exported.
    Exported,
    /// Contacts were moved to the trash.
    Deleted,
    /// Contacts were restored from the trash.
    Restored,
    /// Contacts were merged into one.
    Merged,
    /// Contacts were given a tag.
    Tagged,
    /// A tag was removed from contacts.
    Untagged,
    /// A bulk action was undone.
    ActionUndone,
    /// A custom field was created or changed.
    FieldChanged,
    /// The workspace's settings were changed.
    SettingsChanged,
    /// A second factor was set up.
    SecondFactorOn,
    /// A second factor was removed.
    SecondFactorOff,
    /// New recovery codes were created.
    RecoveryCodes,
    /// Waiting times after failed sign-ins were ended.
    Unlocked,
    /// Contacts were marked as not duplicates.
    MarkedNotDuplicates,
    /// A token for the HTTP API was created.
    TokenCreated,
    /// A token for the HTTP API was revoked.
    TokenRevoked,
    /// A webhook was created.
    WebhookCreated,
    /// A webhook or its secret was changed.
    WebhookChanged,
    /// A webhook was deleted.
    WebhookDeleted,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [Self; 36] = [
        Self::SignedIn,
        Self::SlowedDown,
        Self::Invited,
        Self::InvitationRevoked,
        Self::Joined,
        Self::RoleChanged,
        Self::Deactivated,
        Self::Reactivated,
        Self::Removed,
        Self::ResetLink,
        Self::PasswordChanged,
        Self::SignInEnded,
        Self::Shared,
        Self::Unshared,
        Self::HandedOver,
        Self::Imported,
        Self::ImportUndone,
        Self::Exported,
        Self::Deleted,
        Self::Restored,
        Self::Merged,
        Self::Tagged,
        Self::Untagged,
        Self::ActionUndone,
        Self::FieldChanged,
        Self::SettingsChanged,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::RecoveryCodes,
        Self::Unlocked,
        Self::MarkedNotDuplicates,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::WebhookCreated,
        Self::WebhookChanged,
        Self::WebhookDeleted,
    ];

    /// The name in the database and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SlowedDown => "slowed_down",
            Self::Invited => "invited",
            Self::InvitationRevoked => "invitation_revoked",
            Self::Joined => "joined",
            Self::RoleChanged => "role_changed",
            Self::Deactivated => "deactivated",
            Self::Reactivated => "reactivated",
            Self::Removed => "removed",
            Self::ResetLink => "reset_link",
            Self::PasswordChanged => "password_changed",
            Self::SignInEnded => "sign_in_ended",
            Self::Shared => "shared",
            Self::Unshared => "unshared",
            Self::HandedOver => "handed_over",
            Self::Imported => "imported",
            Self::ImportUndone => "import_undone",
            Self::Exported => "exported",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Merged => "merged",
            Self::Tagged => "tagged",
            Self::Untagged => "untagged",
            Self::ActionUndone => "action_undone",
            Self::FieldChanged => "field_changed",
            Self::SettingsChanged => "settings_changed",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::RecoveryCodes => "recovery_codes",
            Self::Unlocked => "unlocked",
            Self::MarkedNotDuplicates => "told_apart",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::WebhookCreated => "webhook_created",
            Self::WebhookChanged => "webhook_changed",
            Self::WebhookDeleted => "webhook_deleted",
        }
    }

    /// Returns the action with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

impl App {
    /// Records an action of the actor: a description of its object, and the number of contacts.
    pub(crate) fn audit(
        &self,
        tx: &mut Tx<'_>,
        actor: Actor,
        action: AuditAction,
        about: &str,
        contacts: u64,
    ) -> Result<(), store::Error> {
        self.audit_part(tx, actor, &mut None, action, about, contacts)
    }

    /// Like `audit`, for an action of several transactions: the first one adds the entry and stores its id in `entry`,
    /// the others add their contacts to it.
    pub(crate) fn audit_part(
        &self,
        tx: &mut Tx<'_>,
        actor: Actor,
        entry: &mut Option<Uuid>,
        action: AuditAction,
        about: &str,
        contacts: u64,
    ) -> Result<(), store::Error> {
        if let Some(id) = *entry {
            return audit::count_on(tx, actor.workspace, id, contacts);
        }
        let noted = self.audit_entry(Some(actor.member), action, about, contacts);
        *entry = Some(noted.id);
        audit::add(tx, actor.workspace, &noted)
    }

    /// Records an action of a person who is not signed in; `member` is the account that it concerns, if known.
    pub(crate) fn audit_by(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        member: Option<Member>,
        action: AuditAction,
        about: &str,
    ) -> Result<(), store::Error> {
        audit::add(tx, workspace, &self.audit_entry(member, action, about, 0))
    }

    fn audit_entry(&self, member: Option<Member>, action: AuditAction, about: &str, contacts: u64) -> AuditEntry {
        AuditEntry {
            // `contact_id` is used as a source of UUIDv7, which are also the ids of log entries.
            id: self.system.contact_id(),
            at: self.system.now(),
            member,
            action: action.as_str().to_owned(),
            contacts,
            about: about.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_name() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::named(action.as_str()), Some(action));
        }
    }
}
