//! A team in one installation, and a plain model of its directory: owners and shares.

use crate::installation::{Engine, Installation};
use crate::random::Random;
use app::{
    Access, Actor, App, Duplicates, ExportFormat, ExportRequest, Grantee, ImportOptions, ImportRequest, ListRequest,
    Member, Opening, Order, Right, Scope, Watch,
};
use model::{Contact, ContactId, Region, Text, Version, fold};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use store::Workspace;
use store::members;
use store::members::accounts::{self, NewAccount, Role};

/// A contact in the model.
#[derive(Clone, Debug)]
pub struct Kept {
    pub owner: Member,
    pub contact: Contact,
    pub shares: BTreeMap<Grantee, Access>,
}

/// The right of a member to a contact.
pub fn right(kept: &Kept, member: Member) -> Option<Right> {
    if kept.owner == member {
        return Some(Right::Own);
    }
    let given = [Grantee::Everyone, Grantee::Member(member)];
    let most = given.iter().filter_map(|to| kept.shares.get(to)).max();
    most.map(|access| Right::from(*access))
}

/// Whether a contact is in a scope of a member.
pub fn sees(kept: &Kept, member: Member, scope: Scope) -> bool {
    match right(kept, member) {
        None => false,
        Some(Right::Own) => scope != Scope::Shared,
        Some(Right::View | Right::Edit) => scope != Scope::Mine,
    }
}

/// The members of a workspace, and the model of what exists in it.
pub struct Team {
    here: Installation,
    pub actors: Vec<Actor>,
    pub contacts: BTreeMap<ContactId, Kept>,
    pub trash: BTreeMap<ContactId, Kept>,
    pub views: BTreeMap<i64, View>,
    /// An earlier export of some member.
    pub exported: String,
}

/// A saved view in the model.
pub struct View {
    pub by: Member,
    pub shared: bool,
}

impl Team {
    /// Opens an installation with four members, the first of whom owns the workspace.
    pub fn open() -> Self {
        Self::open_on(Engine::Sqlite)
    }

    pub fn open_on(engine: Engine) -> Self {
        let here = Installation::open(engine);
        let workspace = Workspace(1);
        let emails: Vec<String> = (1..=4).map(|n| format!("m{n}@example.com")).collect();
        here.database()
            .write(|tx| {
                for email in &emails {
                    let account = NewAccount {
                        name: email,
                        email,
                        password_hash: "none",
                    };
                    if *email == emails[0] {
                        accounts::claim(tx, workspace, Member(1), &account)?;
                    } else {
                        members::add(tx, workspace, &account, Role::Member, 1)?;
                    }
                }
                Ok::<_, store::Error>(())
            })
            .unwrap();
        Self {
            actors: emails.iter().map(|email| here.app.actor_of(email).unwrap()).collect(),
            here,
            contacts: BTreeMap::new(),
            trash: BTreeMap::new(),
            views: BTreeMap::new(),
            exported: String::new(),
        }
    }

    pub fn app(&self) -> &App {
        &self.here.app
    }

    pub fn member(&self, who: usize) -> Member {
        self.actors[who].member()
    }

    /// Every id of the model, including the trash, and one that never existed.
    pub fn known(&self) -> Vec<ContactId> {
        let ids = self.contacts.keys().chain(self.trash.keys()).copied();
        ids.chain([ContactId::max()]).collect()
    }

    pub fn some_contact(&self, random: &mut Random) -> ContactId {
        random.pick(&self.known())
    }

    /// Mostly a contact that the member owns.
    pub fn own_contact(&self, random: &mut Random, who: usize) -> ContactId {
        let own: Vec<ContactId> = self.seen(who, Scope::Mine).into_keys().collect();
        match own.is_empty() || random.once_in(4) {
            true => self.some_contact(random),
            false => random.pick(&own),
        }
    }

    pub fn some_contacts(&self, random: &mut Random) -> Vec<ContactId> {
        random.several(12, |random| self.some_contact(random))
    }

    pub fn right(&self, who: usize, id: ContactId) -> Option<Right> {
        right(self.contacts.get(&id)?, self.member(who))
    }

    /// The version of a contact, read as its owner.
    pub fn version(&self, id: ContactId) -> Version {
        let owner = self.contacts.get(&id).map(|kept| kept.owner);
        let owner = owner.and_then(|owner| self.actors.iter().find(|actor| actor.member() == owner));
        owner.map_or(1, |owner| self.app().contact(*owner, id).unwrap().version)
    }

    /// The contacts that a member sees.
    pub fn seen(&self, who: usize, scope: Scope) -> BTreeMap<ContactId, &Kept> {
        let all = self.contacts.iter();
        let seen = all.filter(|(_, kept)| sees(kept, self.member(who), scope));
        seen.map(|(id, kept)| (*id, kept)).collect()
    }

    /// The contacts that a member sees and that match a word.
    pub fn passing(&self, who: usize, scope: Scope, word: &str) -> BTreeMap<ContactId, &Kept> {
        let mut seen = self.seen(who, scope);
        let word = fold(word.trim_matches('"'));
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        let is_number = digits.len() >= 3 && word.chars().all(|c| c.is_ascii_digit() || "+-(). /".contains(c));
        seen.retain(|_, kept| {
            let contact = &kept.contact;
            let texts = [
                &contact.first_name,
                &contact.middle_name,
                &contact.last_name,
                &contact.nickname,
                &contact.company,
            ];
            let texts = texts.into_iter().chain(&contact.tags).map(|text| fold(text.as_str()));
            let emails = contact.emails.iter().map(|email| fold(email.value.as_str()));
            let all: Vec<String> = texts.chain(emails).chain([fold(&contact.display_name())]).collect();
            let phone = || {
                contact
                    .phones
                    .iter()
                    .any(|phone| phone.phone.as_str().contains(&digits))
            };
            all.iter().any(|text| text.contains(&word)) || is_number && phone()
        });
        seen
    }

    /// Shares contacts in the model; returns how many were changed and how many skipped.
    pub fn share(&mut self, who: usize, ids: &[ContactId], to: &[Grantee], access: Access) -> (u64, u64) {
        let me = self.member(who);
        self.change(who, ids, |kept| {
            let mut changes = false;
            for to in to.iter().filter(|to| **to != Grantee::Member(me)) {
                changes |= kept.shares.insert(*to, access) != Some(access);
            }
            changes
        })
    }

    pub fn unshare(&mut self, who: usize, ids: &[ContactId], to: Option<Grantee>) -> (u64, u64) {
        self.change(who, ids, |kept| {
            let before = kept.shares.len();
            kept.shares.retain(|with, _| to.is_some_and(|to| to != *with));
            kept.shares.len() < before
        })
    }

    pub fn hand_over(&mut self, who: usize, ids: &[ContactId], to: Member, keep: Option<Access>) -> (u64, u64) {
        self.change(who, ids, |kept| {
            if kept.owner == to {
                return false;
            }
            kept.shares.remove(&Grantee::Member(to));
            if let Some(access) = keep {
                kept.shares.insert(Grantee::Member(kept.owner), access);
            }
            kept.owner = to;
            true
        })
    }

    /// Adds a tag to contacts in the model, or removes it.
    pub fn tag(&mut self, who: usize, ids: &[ContactId], tag: &str, add: bool) -> (u64, u64) {
        self.change_with(who, Right::Edit, ids, |kept| {
            let tags = &mut kept.contact.tags;
            let has = tags.iter().any(|has| has.as_str() == tag);
            match add {
                true if !has => tags.push(Text::new(tag)),
                _ => tags.retain(|has| add || has.as_str() != tag),
            }
            kept.contact.normalise();
            has != add
        })
    }

    fn change(&mut self, who: usize, ids: &[ContactId], change: impl FnMut(&mut Kept) -> bool) -> (u64, u64) {
        self.change_with(who, Right::Own, ids, change)
    }

    fn change_with(
        &mut self,
        who: usize,
        needed: Right,
        ids: &[ContactId],
        mut change: impl FnMut(&mut Kept) -> bool,
    ) -> (u64, u64) {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let (mut changed, mut skipped) = (0, 0);
        for id in ids {
            match self.right(who, id) {
                None => {}
                Some(right) if right < needed => skipped += 1,
                Some(_) => {
                    let kept = self.contacts.get_mut(&id).unwrap();
                    changed += u64::from(change(kept));
                }
            }
        }
        (changed, skipped)
    }

    /// All stored contacts with their owners, read as each owner; without shares.
    pub fn all(&self) -> BTreeMap<ContactId, Kept> {
        let mut all = BTreeMap::new();
        for who in 0..self.actors.len() {
            for (id, contact) in self.export(who, Scope::Mine, "", Order::Created, None) {
                let kept = Kept {
                    owner: self.member(who),
                    contact,
                    shares: BTreeMap::new(),
                };
                assert!(all.insert(id, kept).is_none(), "{id} has two owners");
            }
        }
        all
    }

    /// The contacts in an export of a member.
    pub fn export(
        &self,
        who: usize,
        scope: Scope,
        filter: &str,
        order: Order,
        selection: Option<Vec<ContactId>>,
    ) -> BTreeMap<ContactId, Contact> {
        let text = self.export_text(who, scope, filter, ExportFormat::Jsonl, order, selection);
        let read = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let contact = serde_json::from_str(line).unwrap();
            (value["id"].as_str().unwrap().parse().unwrap(), contact)
        };
        text.lines().map(read).collect()
    }

    /// An export of a member, as text.
    pub fn export_text(
        &self,
        who: usize,
        scope: Scope,
        filter: &str,
        format: ExportFormat,
        order: Order,
        selection: Option<Vec<ContactId>>,
    ) -> String {
        let request = ExportRequest {
            scope,
            selection,
            filter: filter.parse().unwrap(),
            format,
            order,
            columns: Vec::new(),
            delimiter: b',',
            bom: false,
        };
        let mut out = Vec::new();
        self.app().export(self.actors[who], &request, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Imports a file as a member, without updating the model.
    pub fn import(&self, who: usize, csv: &str, duplicates: Duplicates) {
        let options = ImportOptions {
            duplicates,
            ..ImportOptions::default()
        };
        self.import_with(who, csv, options);
    }

    pub fn import_with(&self, who: usize, csv: &str, options: ImportOptions) {
        let request = ImportRequest {
            path: &self.here.put(csv),
            file_name: "file.csv",
            opening: Opening {
                region: Some(Region::US),
                ..Opening::default()
            },
            options,
            rejected: None,
        };
        let watch = Watch {
            progress: &mut |_| {},
            stop: &AtomicBool::new(false),
        };
        self.app().import(self.actors[who], &request, watch).unwrap();
    }

    /// Waits until the list has caught up.
    pub fn wait_for_index(&self) {
        loop {
            let page = self.app().list(self.actors[0], &ListRequest::default()).unwrap();
            if page.total.is_some() && !page.catching_up {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}
