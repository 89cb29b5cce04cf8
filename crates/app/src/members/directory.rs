//! The other members, for choosing one when contacts are shared or transferred.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use store::Member;
use store::members::{self, MemberState};

/// Another member, who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub member: Member,
    /// The member's name.
    pub name: String,
    /// The member's email, by which two members with the same name differ.
    pub email: String,
}

impl App {
    /// Returns the active members other than the actor, by name.
    pub fn colleagues(&self, actor: Actor) -> Result<Vec<Colleague>, Error> {
        let all = self.store.read(|tx| members::list(tx, actor.workspace))?;
        let others = all
            .into_iter()
            .filter(|row| row.member != actor.member && row.state == MemberState::Active);
        let mut others: Vec<Colleague> = others
            .map(|row| Colleague {
                member: row.member,
                name: row.name,
                email: row.email.unwrap_or_default(),
            })
            .collect();
        others.sort_by_cached_key(|colleague| (model::fold(&colleague.name), colleague.member));
        Ok(others)
    }
}
