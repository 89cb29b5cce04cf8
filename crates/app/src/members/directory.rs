//! The other members, as they are chosen from when contacts are shared or handed over.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use store::Member;
use store::members::{self, MemberState};

/// Another member, who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub member: Member,
    /// What they are called.
    pub name: String,
    /// Their address, by which two of one name differ.
    pub email: String,
}

impl App {
    /// The members beside the actor who are active, by name.
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
