//! The text form of shares in the records of actions and in the trash.

use model::ContactId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::HashSet;
use store::Member;
use store::Tx;
use store::Workspace;
use store::contacts::shares::Access;
use store::contacts::shares::Grantee;
use store::contacts::shares::Share;
use store::members;
use store::members::MemberState;

/// A share as it is stored in the trash and in the records of actions, without the contact, with which it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShareText {
    /// The number of a member; 0 is everyone.
    to: i64,
    edit: bool,
    by: i64,
    at: i64,
}

impl ShareText {
    pub fn from_share(share: &Share) -> Self {
        Self {
            to: match share.to {
                Grantee::Everyone => 0,
                Grantee::Member(member) => member.0,
            },
            edit: share.access == Access::Edit,
            by: share.by.0,
            at: share.at,
        }
    }

    /// The share of a contact.
    pub fn of_contact(self, contact: ContactId) -> Share {
        Share {
            contact,
            to: match self.to {
                0 => Grantee::Everyone,
                member => Grantee::Member(Member(member)),
            },
            access: if self.edit { Access::Edit } else { Access::View },
            by: Member(self.by),
            at: self.at,
        }
    }
}

/// Returns the shares of a contact as text; empty if there are none.
pub(crate) fn shares_to_text(shares: &[Share]) -> String {
    if shares.is_empty() {
        return String::new();
    }
    // Numbers can always be serialised.
    serde_json::to_string(&shares.iter().map(ShareText::from_share).collect::<Vec<_>>()).unwrap_or_default()
}

/// Parses the shares of contacts, without those of removed members.
pub(crate) fn shares_from_text<'a>(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    texts: impl Iterator<Item = (ContactId, &'a str)>,
) -> Result<Vec<Share>, store::Error> {
    let mut shares = Vec::new();
    for (contact, text) in texts.filter(|(_, text)| !text.is_empty()) {
        let unreadable = |_| store::Error::Corrupt(format!("the shares of contact {contact} cannot be read"));
        let stored: Vec<ShareText> = serde_json::from_str(text).map_err(unreadable)?;
        shares.extend(stored.into_iter().map(|share| share.of_contact(contact)));
    }
    drop_lost_members(tx, workspace, &mut shares)?;
    Ok(shares)
}

/// Drops the shares of removed members: these are not restored.
pub(crate) fn drop_lost_members(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    shares: &mut Vec<Share>,
) -> Result<(), store::Error> {
    if shares.is_empty() {
        return Ok(());
    }
    let all = members::list(tx, workspace)?.into_iter();
    let there = all.filter(|member| member.state != MemberState::Removed);
    let there: HashSet<Member> = there.map(|member| member.member).collect();
    shares.retain(|share| match share.to {
        Grantee::Everyone => true,
        Grantee::Member(member) => there.contains(&member),
    });
    Ok(())
}
