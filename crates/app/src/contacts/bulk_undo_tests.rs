use super::*;
use crate::Place;
use crate::clock::System;
use crate::contacts::bulk::ActionReport;
use crate::contacts::bulk::{ActionKind, Before, NOTHING_AT_END, Step};
use crate::contacts::stored::read;
use crate::search::filter::Filter;
use model::{Contact, MatchKey};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::contacts::match_keys;
use store::contacts::shares::{Access, Grantee};
use store::members::accounts::{NewAccount, Role};
use store::{Member, members};
use tempfile::TempDir;

const ME: Member = Member(1);
const OTHER: Member = Member(2);

/// A clock that advances with every call.
struct Counting(AtomicI64);

impl Counting {
    fn next(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl System for Counting {
    fn now(&self) -> i64 {
        self.next()
    }

    fn contact_id(&self) -> ContactId {
        ContactId::from_u128(self.next().cast_unsigned().into())
    }

    fn unique_name(&self) -> String {
        self.next().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        [1; 32]
    }
}

struct Office {
    app: App,
    system: Arc<Counting>,
    me: Actor,
    _folder: TempDir,
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let system = Arc::new(Counting(AtomicI64::new(1_700_000_000_000_000)));
    let place = Place {
        data: folder.path(),
        objects: None,
        database: None,
    };
    let app = App::open(&place, system.clone()).unwrap();
    let me = app.local_actor().unwrap();
    Office {
        app,
        system,
        me,
        _folder: folder,
    }
}

impl Office {
    fn other(&self) -> Actor {
        Actor {
            member: OTHER,
            ..self.me
        }
    }

    /// The other member joins.
    fn joined(self) -> Self {
        let account = NewAccount {
            name: "Other",
            email: "other@example.com",
            password_hash: "",
        };
        let joined = |tx: &mut Tx<'_>| members::add(tx, self.me.workspace, &account, Role::Member, 1);
        assert_eq!(self.app.store.write(joined).unwrap(), OTHER);
        self
    }

    fn create(&self, name: &str) -> ContactId {
        let contact = Contact {
            first_name: name.into(),
            ..Contact::default()
        };
        self.app.create_contact(self.me, contact).unwrap()
    }

    fn row(&self, id: ContactId) -> Option<ContactRow> {
        self.app
            .store
            .read(|tx| contacts::get(tx, self.me.workspace, id))
            .unwrap()
    }

    fn shares(&self, id: ContactId) -> Vec<(Grantee, Access)> {
        let shares = self
            .app
            .store
            .read(|tx| shares::of_many(tx, self.me.workspace, &[id]))
            .unwrap();
        shares.iter().map(|share| (share.to, share.access)).collect()
    }

    fn found(&self, filter: &str) -> u64 {
        let filter: Filter = filter.parse().unwrap();
        let request = crate::contact_index::ListRequest {
            filter,
            size: 100,
            ..crate::contact_index::ListRequest::default()
        };
        self.app.list(self.me, &request).unwrap().contacts.len() as u64
    }

    /// Grants a share, as sharing does.
    fn share(&self, ids: &[ContactId], to: Member, access: Access) -> ActionReport {
        let (me, at) = (self.me, self.system.next());
        let work = |changes: &mut Changes<'_, '_>, some: &[ContactId]| {
            let before = noted(changes.tx, me, some, true);
            let mut shares = ShareChanges::default();
            for id in some {
                let share = Share {
                    contact: *id,
                    to: Grantee::Member(to),
                    access,
                    by: ME,
                    at,
                };
                shares.give(&access::own(changes.tx, me, *id)?, [share]);
            }
            changes.share(&shares)?;
            Ok(before)
        };
        self.app
            .in_steps(me, ActionKind::Share, "", ids, NOTHING_AT_END, work)
            .unwrap()
    }

    fn undo(&self, report: ActionReport) -> (u64, u64) {
        let undone = self.app.undo_action(self.me, report.action.unwrap()).unwrap();
        (undone.restored, undone.kept)
    }
}

/// Records contacts, as they are, as touched.
fn noted(tx: &mut Tx<'_>, actor: Actor, ids: &[ContactId], shared: bool) -> Step {
    let rows = contacts::get_many(tx, actor.workspace, ids).unwrap();
    let mut step = Step::default();
    for row in rows {
        let shares = shared.then(|| shares::of_many(tx, actor.workspace, &[row.id]).unwrap());
        let after = Some(row.version);
        step.touched.push(Before { row, shares, after });
    }
    step
}

#[test]
fn tags_come_and_go_and_are_undone_where_nobody_was_quicker() {
    let office = office();
    let ids: Vec<ContactId> = ["Ann", "Bob", "Cid"].map(|name| office.create(name)).to_vec();
    let before: Vec<_> = ids.iter().map(|id| office.row(*id)).collect();
    let tagged = office.app.tag_contacts(office.me, &ids, " Trade  Fair ").unwrap();
    assert_eq!((tagged.contacts, tagged.skipped), (3, 0));
    assert_eq!(office.found("tag:\"trade fair\""), 3);
    let again = office.app.tag_contacts(office.me, &ids, "TRADE fair").unwrap();
    assert_eq!((again.contacts, again.action), (0, None));
    let gone = office.app.untag_contacts(office.me, &ids[..1], "trade FAIR").unwrap();
    assert_eq!(gone.contacts, 1);
    assert_eq!(office.found("tag:\"trade fair\""), 2);
    // Ann was changed since, so she is kept.
    assert_eq!(office.undo(tagged), (2, 1));
    assert_eq!(office.row(ids[1]), before[1]);
    assert_eq!(office.row(ids[2]), before[2]);
    assert_eq!(office.found("tag:\"trade fair\""), 0);
    assert!(matches!(
        office.app.undo_action(office.me, tagged.action.unwrap()),
        Err(Error::ActionUndone)
    ));
    assert_eq!(office.undo(gone), (1, 0));
    assert_eq!(office.found("tag:\"trade fair\" ann"), 1);
}

#[test]
fn only_its_author_undoes_it_and_not_when_it_is_forgotten() {
    let office = office().joined();
    let ann = office.create("Ann");
    let tagged = office.app.tag_contacts(office.me, &[ann], "x").unwrap();
    let action = tagged.action.unwrap();
    let by_other = office.app.undo_action(office.other(), action);
    assert!(matches!(by_other, Err(Error::NoAction(_))));
    office.app.forget_old_actions(office.me).unwrap();
    office.system.0.fetch_add(91 * 24 * 3_600_000_000, Ordering::Relaxed);
    office.app.forget_old_actions(office.me).unwrap();
    let late = office.app.undo_action(office.me, action);
    assert!(matches!(late, Err(Error::NoAction(_))));
}

#[test]
fn what_a_member_may_not_change_is_skipped_and_what_they_may_not_see_is_not_there() {
    let office = office().joined();
    let ids: Vec<ContactId> = ["Ann", "Bob", "Cid"].map(|name| office.create(name)).to_vec();
    office.share(&ids[..1], OTHER, Access::View);
    office.share(&ids[1..2], OTHER, Access::Edit);
    let report = office.app.tag_contacts(office.other(), &ids, "x").unwrap();
    assert_eq!((report.contacts, report.skipped), (1, 1));
    assert_eq!(office.found("tag:x bob"), 1);
    // The right was revoked, so the tag stays.
    let taken = |tx: &mut Tx<'_>| shares::remove_member(tx, office.me.workspace, OTHER);
    office.app.store.write(taken).unwrap();
    let undone = office.app.undo_action(office.other(), report.action.unwrap()).unwrap();
    assert_eq!((undone.restored, undone.kept), (0, 1));
}

#[test]
fn shares_are_what_they_were_before() {
    let office = office();
    let ids: Vec<ContactId> = ["Ann", "Bob"].map(|name| office.create(name)).to_vec();
    let first = office.share(&ids, OTHER, Access::View);
    let second = office.share(&ids, OTHER, Access::Edit);
    let (view, edit) = (Access::View, Access::Edit);
    let other = Grantee::Member(OTHER);
    assert_eq!(office.shares(ids[0]), [(other, edit)]);
    // Shares granted again since are kept.
    assert_eq!(office.undo(first), (0, 2));
    assert_eq!(office.undo(second), (2, 0));
    // Member 2 has never joined, so no share is restored to them.
    assert_eq!(office.shares(ids[0]), []);
    let mine = office.share(&ids, ME, view);
    let more = office.share(&ids, ME, edit);
    assert_eq!(office.undo(more), (2, 0));
    assert_eq!(office.shares(ids[1]), [(Grantee::Member(ME), view)]);
    assert_eq!(office.undo(mine), (2, 0));
}

#[test]
fn what_was_given_away_comes_back_unless_it_was_used() {
    let office = office().joined();
    let ids: Vec<ContactId> = ["Ann", "Bob"].map(|name| office.create(name)).to_vec();
    let before = office.row(ids[0]);
    let given = office.app.hand_over(office.me, &ids, OTHER, None).unwrap();
    assert_eq!(office.row(ids[0]).unwrap().owner, OTHER);
    office.app.tag_contacts(office.other(), &ids[1..], "mine").unwrap();
    assert_eq!(office.undo(given), (1, 1));
    assert_eq!(office.row(ids[0]), before);
    assert_eq!(office.row(ids[1]).unwrap().owner, OTHER);
}

/// Merges two contacts, as merging does.
fn merge(office: &Office, ids: &[ContactId]) -> ActionReport {
    let me = office.me;
    let work = |changes: &mut Changes<'_, '_>, some: &[ContactId]| {
        let mut step = noted(changes.tx, me, some, true);
        let survivor = step.touched[0].row.clone();
        let merged = ContactRow {
            version: survivor.version + 1,
            body: r#"{"first_name":"Anna"}"#.to_owned(),
            ..survivor
        };
        step.touched[0].after = Some(merged.version);
        step.touched[1].after = None;
        let kept = access::edit(changes.tx, me, some[0])?;
        changes.update(vec![(kept, merged)])?;
        let gone = access::own(changes.tx, me, some[1])?;
        changes.delete(&[gone])?;
        Ok(step)
    };
    office
        .app
        .in_steps(me, ActionKind::Merge, "", ids, NOTHING_AT_END, work)
        .unwrap()
}

#[test]
fn what_a_merge_removed_comes_back_with_its_shares() {
    let office = office();
    let ids: Vec<ContactId> = ["Ann", "Anne"].map(|name| office.create(name)).to_vec();
    office.share(&ids[1..], ME, Access::View);
    let before: Vec<_> = ids.iter().map(|id| office.row(*id)).collect();
    let merged = merge(&office, &ids);
    assert_eq!((office.found("anna"), office.found("anne")), (1, 0));
    assert_eq!(office.undo(merged), (2, 0));
    assert_eq!(ids.iter().map(|id| office.row(*id)).collect::<Vec<_>>(), before);
    assert_eq!(office.shares(ids[1]), [(Grantee::Member(ME), Access::View)]);
    assert_eq!((office.found("anna"), office.found("anne")), (0, 1));
}

#[test]
fn what_a_merge_removed_comes_back_also_if_somebody_has_taken_its_id() {
    let office = office().joined();
    let ids: Vec<ContactId> = ["Ann", "Anne"].map(|name| office.create(name)).to_vec();
    let merged = merge(&office, &ids);
    // As if the other member had imported an export from when the contact was shared.
    let taken = ContactRow {
        id: ids[1],
        owner: OTHER,
        ..office.row(ids[0]).unwrap()
    };
    let take = |tx: &mut Tx<'_>| contacts::insert_many(tx, office.me.workspace, std::slice::from_ref(&taken));
    office.app.store.write(take).unwrap();
    assert_eq!(office.undo(merged), (2, 0));
    assert_eq!(office.row(ids[1]), Some(taken), "that one is theirs");
    assert_eq!((office.found("anna"), office.found("anne")), (0, 1));
}

/// Replaces a contact by another one with the same id.
fn rewrite(office: &Office, next: ContactRow) {
    let me = office.me;
    let rewritten = office.app.change(me, |changes| {
        let now = access::edit(changes.tx, me, next.id)?;
        Ok(changes.update(vec![(now, next)])?)
    });
    rewritten.unwrap();
}

#[test]
fn names_and_keys_follow_what_is_rewritten() {
    let office = office();
    let ann = office.create("Ann");
    let now = office.row(ann).unwrap();
    let next = ContactRow {
        version: now.version + 1,
        body: r#"{"first_name":"Zoe","emails":[{"value":"zoe@example.com"}]}"#.to_owned(),
        ..now.clone()
    };
    let workspace = office.me.workspace;
    let key = MatchKey::of_contact(&read(&next).unwrap()).remove(0);
    let look = || {
        let found = office.app.store.read(|tx| {
            let keyed = match_keys::find_many(tx, workspace, std::slice::from_ref(&key))?;
            let named = contacts::page_by_name(tx, workspace, None, 9)?;
            Ok::<_, store::Error>((keyed[0].clone(), named))
        });
        let (keyed, named) = found.unwrap();
        (keyed, named.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
    };
    let (_, old_names) = look();
    rewrite(&office, next);
    let (keyed, names) = look();
    assert_eq!(keyed, [ann]);
    assert_eq!(names.len(), 1);
    assert_ne!(names, old_names);
    rewrite(&office, now);
    assert_eq!(look(), (vec![], old_names));
}
