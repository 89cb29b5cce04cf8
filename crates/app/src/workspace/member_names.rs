//! The names of members, each loaded once.

use std::collections::HashMap;
use store::Member;
use store::Tx;
use store::Workspace;
use store::workspace::workspaces;

/// Returns the name of a member; empty if there is no such member.
pub(crate) fn name_of(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<String, store::Error> {
    Ok(workspaces::member_name(tx, workspace, member)?.unwrap_or_default())
}

/// The names of some members, loaded in one query: one by one, each would be a round trip to a server.
pub(crate) struct Names(HashMap<Member, String>);

impl Names {
    pub fn load(
        tx: &mut Tx<'_>,
        workspace: Workspace,
        members: impl Iterator<Item = Member>,
    ) -> Result<Self, store::Error> {
        let mut asked: Vec<Member> = members.collect();
        asked.sort_unstable();
        asked.dedup();
        Ok(Self(match asked.is_empty() {
            true => HashMap::new(),
            false => workspaces::member_names(tx, workspace, &asked)?.into_iter().collect(),
        }))
    }

    /// Returns the name of a member; empty if there is no such member.
    pub fn name(&self, member: Member) -> String {
        self.0.get(&member).cloned().unwrap_or_default()
    }
}
