//! Members see and change only what they have a right to: several members do random things, and each answer is
//! compared with a plain model of owners and shares (`team.rs`).

use crate::installation::Engine;
use crate::lockstep::setting;
use crate::operation::options;
use crate::random::Random;
use crate::team::{Kept, Team, right, sees};
use crate::{disclosure, values};
use app::{Access, Duplicates, Error, Filter, Grantee, ListRequest, Order, Right, Scope, Sort};
use model::{Contact, ContactId, MatchKey, name_order};
use std::collections::BTreeMap;

/// Seeds per run, and operations per seed.
const SEEDS: u64 = 8;
const OPERATIONS: usize = 120;
/// Everything is compared after this many operations.
const COMPARED_EVERY: usize = 12;

const SCOPES: [Scope; 3] = [Scope::Mine, Scope::Shared, Scope::All];

fn code<T>(outcome: Result<T, Error>) -> Result<T, &'static str> {
    outcome.map_err(|error| error.code())
}

#[test]
fn nobody_sees_or_changes_what_they_may_not() {
    run(Engine::Sqlite, 0..SEEDS);
}

/// A single seed, because each takes many times as long on a server.
#[test]
fn nor_do_they_on_a_server() {
    if setting("CRYSTALQORE_TEST_POSTGRES").is_some() {
        run(Engine::Postgres, SEEDS..SEEDS + 1);
    }
}

fn run(engine: Engine, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut random = Random::new(seed);
        let mut team = Team::open_on(engine);
        for count in 1..=OPERATIONS {
            let done = act(&mut random, &mut team);
            println!("seed {seed}, operation {count}: {done}");
            if count % COMPARED_EVERY == 0 {
                compare(&mut random, &team);
            }
        }
    }
}

/// Does something at random, compares the answer with the model, and returns a description.
fn act(random: &mut Random, team: &mut Team) -> String {
    let who = random.below(team.actors.len());
    let id = team.some_contact(random);
    match random.below(32) {
        0..6 => create(random, team, who),
        6..10 => edit(random, team, who, id),
        10 => {
            let id = team.own_contact(random, who);
            delete(team, who, id)
        }
        11 => restore(random, team, who),
        12..18 => share(random, team, who),
        18 | 19 => unshare(random, team, who),
        20 | 21 => hand_over(random, team, who),
        22 | 23 => tag(random, team, who),
        24..26 => import(random, team, who),
        26 => disclosure::merge_and_undo(random, team, who),
        27 | 28 => disclosure::view(random, team, who),
        _ => share_and_revoke(random, team, who),
    }
}

fn create(random: &mut Random, team: &mut Team, who: usize) -> String {
    let mut contact = values::contact(random);
    contact.normalise();
    let made = code(team.app().create_contact(team.actors[who], contact.clone()));
    let answer = format!("{who} creates {made:?}");
    if let Ok(id) = made {
        let kept = Kept {
            owner: team.member(who),
            contact,
            shares: BTreeMap::new(),
        };
        team.contacts.insert(id, kept);
    }
    answer
}

fn edit(random: &mut Random, team: &mut Team, who: usize, id: ContactId) -> String {
    let mut contact = values::contact(random);
    contact.first_name = "Edited".into();
    contact.normalise();
    let version = team.version(id);
    let done = code(team.app().edit_contact(team.actors[who], id, version, contact.clone())).map(drop);
    let expected = match team.right(who, id) {
        None => Err("no_such_contact"),
        Some(Right::View) => Err("forbidden"),
        Some(Right::Edit | Right::Own) => Ok(()),
    };
    assert_eq!(done, expected);
    if let (Ok(()), Some(kept)) = (done, team.contacts.get_mut(&id)) {
        kept.contact = contact;
    }
    format!("{who} edits {id}: {done:?}")
}

fn delete(team: &mut Team, who: usize, id: ContactId) -> String {
    let done = code(team.app().delete_contact(team.actors[who], id));
    assert_eq!(done, only_own(team.right(who, id)));
    if done.is_ok() {
        let gone = team.contacts.remove(&id).unwrap();
        team.trash.insert(id, gone);
    }
    format!("{who} deletes {id}: {done:?}")
}

fn only_own(right: Option<Right>) -> Result<(), &'static str> {
    match right {
        None => Err("no_such_contact"),
        Some(Right::View | Right::Edit) => Err("forbidden"),
        Some(Right::Own) => Ok(()),
    }
}

fn restore(random: &mut Random, team: &mut Team, who: usize) -> String {
    let ids: Vec<ContactId> = team.trash.keys().copied().collect();
    if ids.is_empty() {
        return "nothing to restore".to_owned();
    }
    let id = random.pick(&ids);
    let done = code(team.app().restore_contact(team.actors[who], id));
    let own = team.trash[&id].owner == team.member(who);
    // An import by its owner may have restored it already.
    let back_already = team.contacts.contains_key(&id);
    let expected = match (own, back_already) {
        (false, _) => Err("not_in_trash"),
        (true, true) => Err("id_taken"),
        (true, false) => Ok(()),
    };
    assert_eq!(done, expected);
    if done.is_ok() {
        let back = team.trash.remove(&id).unwrap();
        team.contacts.insert(id, back);
    }
    format!("{who} restores {id}: {done:?}")
}

fn grantee(random: &mut Random, team: &Team) -> Grantee {
    if random.once_in(5) {
        return Grantee::Everyone;
    }
    Grantee::Member(team.member(random.below(team.actors.len())))
}

fn share(random: &mut Random, team: &mut Team, who: usize) -> String {
    let ids = team.some_contacts(random);
    let to = random.several(3, |random| grantee(random, team));
    let access = random.pick(&[Access::View, Access::Edit]);
    let report = team.app().share(team.actors[who], &ids, &to, access).unwrap();
    let expected = team.share(who, &ids, &to, access);
    assert_eq!((report.contacts, report.skipped), expected);
    assert_eq!(report.action.is_some(), report.contacts > 0);
    format!("{who} shares {ids:?} with {to:?} to {access:?}: {expected:?}")
}

fn unshare(random: &mut Random, team: &mut Team, who: usize) -> String {
    let ids = team.some_contacts(random);
    let to = (!random.once_in(3)).then(|| grantee(random, team));
    let report = team.app().unshare(team.actors[who], &ids, to).unwrap();
    let expected = team.unshare(who, &ids, to);
    assert_eq!((report.contacts, report.skipped), expected);
    format!("{who} takes {ids:?} back from {to:?}: {expected:?}")
}

fn hand_over(random: &mut Random, team: &mut Team, who: usize) -> String {
    let (ids, to) = (team.some_contacts(random), random.below(team.actors.len()));
    let keep = random.pick(&[None, Some(Access::View), Some(Access::Edit)]);
    let report = team
        .app()
        .hand_over(team.actors[who], &ids, team.member(to), keep)
        .unwrap();
    let expected = team.hand_over(who, &ids, team.member(to), keep);
    assert_eq!((report.contacts, report.skipped), expected);
    format!("{who} hands {ids:?} to {to}, keeping {keep:?}: {expected:?}")
}

fn tag(random: &mut Random, team: &mut Team, who: usize) -> String {
    let (ids, add) = (team.some_contacts(random), random.once_in(2));
    let (app, actor) = (team.app(), team.actors[who]);
    let report = match add {
        true => app.tag_contacts(actor, &ids, "marked"),
        false => app.untag_contacts(actor, &ids, "marked"),
    };
    let report = report.unwrap();
    let expected = team.tag(who, &ids, "marked", add);
    assert_eq!((report.contacts, report.skipped), expected);
    format!("{who} marks {ids:?} or not: {add} {expected:?}")
}

/// Imports a random file and checks that it changed only contacts that its member may edit, and that all new contacts
/// belong to that member.
fn import(random: &mut Random, team: &mut Team, who: usize) -> String {
    let (csv, options) = (disclosure::file(random, team), options(random));
    disclosure::preview(team, who, &csv);
    team.import_with(who, &csv, options);
    let before = std::mem::take(&mut team.contacts);
    let now = team.all();
    for (id, kept) in &now {
        match before.get(id) {
            None => {
                assert_eq!(kept.owner, team.member(who));
                // Otherwise the owner of the trashed contact could not restore it, and would lose it when this one is
                // deleted.
                let trashed = team.trash.get(id);
                assert!(
                    trashed.is_none_or(|trashed| trashed.owner == kept.owner),
                    "{who} took the id {id}"
                );
            }
            Some(was) => {
                assert_eq!(kept.owner, was.owner);
                let may = right(was, team.member(who)) >= Some(Right::Edit);
                assert!(may || kept.contact == was.contact, "{who} has changed {id}");
            }
        }
    }
    assert!(before.keys().all(|id| now.contains_key(id)));
    let shares = |id: &ContactId| before.get(id).map(|kept| kept.shares.clone()).unwrap_or_default();
    team.contacts = now
        .into_iter()
        .map(|(id, kept)| {
            (
                id,
                Kept {
                    shares: shares(&id),
                    ..kept
                },
            )
        })
        .collect();
    format!("{who} imports {csv:?} with {options:?}")
}

/// Changes shares or owners and undoes that at once, so that the model stays unchanged.
fn share_and_revoke(random: &mut Random, team: &mut Team, who: usize) -> String {
    let (ids, to, app, actor) = (
        team.some_contacts(random),
        grantee(random, team),
        team.app(),
        team.actors[who],
    );
    let report = match random.below(3) {
        0 => app.share(actor, &ids, &[to, grantee(random, team)], Access::Edit),
        1 => app.unshare(actor, &ids, None),
        _ => app.hand_over(
            actor,
            &ids,
            team.member(random.below(team.actors.len())),
            Some(Access::View),
        ),
    };
    let report = report.unwrap();
    if let Some(action) = report.action {
        let other = team.actors[(who + 1) % team.actors.len()];
        assert!(app.undo_action(other, action).is_err());
        let undone = app.undo_action(actor, action).unwrap();
        assert_eq!((undone.restored, undone.kept), (report.contacts, 0));
    }
    format!("{who} does something with {ids:?} and takes it back: {report:?}")
}

/// Compares everything that each member can see.
fn compare(random: &mut Random, team: &Team) {
    team.wait_for_index();
    for who in 0..team.actors.len() {
        single(team, who);
        namesakes(random, team, who);
        if random.once_in(2) {
            disclosure::compare(random, team, who);
        }
        for scope in SCOPES {
            let filter = match random.once_in(3) {
                true => String::new(),
                false => random.pick(values::WORDS).to_owned(),
            };
            lists(random, team, who, scope, &filter);
            exports(random, team, who, scope, &filter);
        }
    }
}

fn single(team: &Team, who: usize) {
    let (app, actor) = (team.app(), team.actors[who]);
    for id in team.known() {
        let seen = code(app.contact(actor, id));
        let right = team.right(who, id);
        let expected = right
            .map(|right| (right, &team.contacts[&id].contact))
            .ok_or("no_such_contact");
        assert_eq!(
            seen.as_ref().map(|seen| (seen.right, &seen.contact)).map_err(|e| *e),
            expected
        );
        assert_eq!(code(app.contact_history(actor, id)).map(drop), expected.map(drop));
        let shares = code(app.shares_of(actor, id));
        let answer = shares.map(|shares| shares.iter().map(|share| (share.to, share.access)).collect());
        assert_eq!(answer, expected.map(|_| team.contacts[&id].shares.clone()));
    }
    let trash = app.trash(actor, None, 1_000).unwrap();
    let trash: Vec<ContactId> = trash.iter().map(|trashed| trashed.id).collect();
    let own = team.trash.iter().filter(|(_, kept)| kept.owner == team.member(who));
    assert_eq!(trash, own.map(|(id, _)| *id).collect::<Vec<_>>());
}

fn namesakes(random: &mut Random, team: &Team, who: usize) {
    let contact = values::contact(random);
    let keys = |contact: &Contact| {
        let keys = MatchKey::of_contact(contact).into_iter();
        keys.filter(|key| !key.is_content()).collect::<Vec<_>>()
    };
    let wanted = keys(&contact);
    let seen = team.seen(who, Scope::All);
    let has_one = |kept: &Kept| keys(&kept.contact).iter().any(|key| wanted.contains(key));
    let same: Vec<ContactId> = seen
        .iter()
        .filter(|(_, kept)| has_one(kept))
        .map(|(id, _)| *id)
        .collect();
    let answer = team.app().namesakes(team.actors[who], &contact, None).unwrap();
    assert_eq!(answer.len(), same.len().min(5), "{answer:?} of {same:?}");
    assert!(answer.iter().all(|namesake| same.contains(&namesake.id)));
}

fn lists(random: &mut Random, team: &Team, who: usize, scope: Scope, filter: &str) {
    let (app, actor) = (team.app(), team.actors[who]);
    let passing = team.passing(who, scope, filter);
    let parsed: Filter = filter.parse().unwrap();
    for sort in [Sort::Name, Sort::NameDown, Sort::Newest, Sort::Changed] {
        let request = ListRequest {
            scope,
            filter: parsed.clone(),
            sort,
            from: random.below(4) as u64,
            size: 1 + random.below(40) as u64,
        };
        let page = app.list(actor, &request).unwrap();
        assert!(!page.catching_up);
        assert_eq!(page.total, Some(passing.len() as u64), "{filter} {scope:?} for {who}");
        let expected = passing.len().saturating_sub(usize::try_from(request.from).unwrap());
        assert_eq!(page.contacts.len() as u64, (expected as u64).min(request.size));
        for listed in &page.contacts {
            let kept = &passing[&listed.id];
            assert_eq!(listed.contact, kept.contact);
            assert_eq!(Some(listed.right), team.right(who, listed.id));
            assert_eq!(listed.share.is_none(), listed.right == Right::Own);
            if let Some(share) = &listed.share {
                assert_eq!(Right::from(share.access), listed.right);
            }
        }
        let places = page
            .contacts
            .iter()
            .map(|listed| (name_order(&listed.contact), listed.id));
        match sort {
            Sort::Name => assert!(places.is_sorted()),
            Sort::NameDown => assert!(places.is_sorted_by(|a, b| a > b)),
            Sort::Newest => assert!(page.contacts.is_sorted_by_key(|listed| std::cmp::Reverse(listed.id))),
            Sort::Changed => assert!(
                page.contacts
                    .is_sorted_by_key(|l| std::cmp::Reverse(l.version / 1_000_000))
            ),
        }
    }
    assert_eq!(
        app.count_contacts(actor, scope, &parsed).unwrap(),
        Some(passing.len() as u64)
    );
    let mut matching = app.matching_contacts(actor, scope, &parsed).unwrap().unwrap();
    matching.sort_unstable();
    assert_eq!(matching, passing.keys().copied().collect::<Vec<_>>());
}

fn exports(random: &mut Random, team: &Team, who: usize, scope: Scope, filter: &str) {
    let mut passing = team.passing(who, scope, filter);
    let order = random.pick(&[Order::Created, Order::Name]);
    let selection = random.once_in(3).then(|| team.some_contacts(random));
    if let Some(selection) = &selection {
        passing.retain(|id, _| selection.contains(id));
    }
    let exported = team.export(who, scope, filter, order, selection);
    let expected: BTreeMap<ContactId, Contact> = passing
        .into_iter()
        .map(|(id, kept)| (id, kept.contact.clone()))
        .collect();
    assert_eq!(exported, expected, "{scope:?} {filter} for {who}");
}

#[test]
fn what_is_restored_is_shared_as_before_and_what_comes_anew_is_not() {
    let mut team = Team::open();
    let (app, [ann, bob]) = (team.app(), [team.actors[0], team.actors[1]]);
    let contact = Contact {
        first_name: "Zoe".into(),
        ..Contact::default()
    };
    let id = app.create_contact(ann, contact).unwrap();
    app.share(ann, &[id], &[Grantee::Member(team.member(1))], Access::Edit)
        .unwrap();
    app.delete_contact(ann, id).unwrap();
    assert_eq!(code(app.contact(bob, id)).unwrap_err(), "no_such_contact");
    app.restore_contact(ann, id).unwrap();
    assert_eq!(app.contact(bob, id).unwrap().right, Right::Edit);
    let (count, at) = app.delete_contacts(ann, &[id]).unwrap();
    assert_eq!((count, app.restore_deleted_at(bob, at).unwrap()), (1, 0));
    // The same id is imported again from a file.
    team.import(
        0,
        &format!("CrystalQore ID,CrystalQore Version,First Name\r\n{id},v1,Anna\r\n"),
        Duplicates::Skip,
    );
    assert_eq!(team.app().contact(ann, id).unwrap().contact.first_name.as_str(), "Anna");
    assert_eq!(code(team.app().contact(bob, id)).unwrap_err(), "no_such_contact");
    team.contacts.clear();
}

#[test]
fn contacts_are_given_to_nobody_who_is_not_there() {
    let team = Team::open();
    let (app, ann) = (team.app(), team.actors[0]);
    let contact = Contact {
        first_name: "Zoe".into(),
        ..Contact::default()
    };
    let id = app.create_contact(ann, contact).unwrap();
    let gone = team.member(2);
    app.deactivate(ann, gone).unwrap();
    for to in [gone, app::Member(77)] {
        assert!(app.hand_over(ann, &[id], to, None).is_err());
        assert!(app.share(ann, &[id], &[Grantee::Member(to)], Access::View).is_err());
    }
    assert_eq!(app.contact(ann, id).unwrap().right, Right::Own);
    assert_eq!(app.shares_of(ann, id).unwrap(), []);
}

#[test]
fn many_are_shared_at_once_and_the_list_follows() {
    let team = Team::open();
    let (app, [ann, bob]) = (team.app(), [team.actors[0], team.actors[1]]);
    let rows: String = (0..9_000).map(|n| format!("Ann,Ivers{n},a{n}@x.org\r\n")).collect();
    team.import(0, &format!("First Name,Last Name,Email\r\n{rows}"), Duplicates::Skip);
    team.wait_for_index();
    let ids = app
        .matching_contacts(ann, Scope::Mine, &Filter::default())
        .unwrap()
        .unwrap();
    assert_eq!(ids.len(), 9_000);
    let report = app
        .share(ann, &ids, &[Grantee::Member(team.member(1))], Access::View)
        .unwrap();
    assert_eq!((report.contacts, report.skipped), (9_000, 0));
    team.wait_for_index();
    let count = |scope| app.count_contacts(bob, scope, &Filter::default()).unwrap();
    assert_eq!((count(Scope::Shared), count(Scope::Mine)), (Some(9_000), Some(0)));
    assert_eq!(app.delete_contacts(bob, &ids).unwrap().0, 0);
    let undone = app.undo_action(ann, report.action.unwrap()).unwrap();
    assert_eq!((undone.restored, undone.kept), (9_000, 0));
    // Rights are checked against the database, even if the list has not caught up.
    let request = ListRequest {
        size: 50,
        ..ListRequest::default()
    };
    assert!(app.list(bob, &request).unwrap().contacts.is_empty());
    team.wait_for_index();
    assert_eq!(count(Scope::All), Some(0));
    assert!(
        team.contacts
            .values()
            .all(|kept| !sees(kept, team.member(1), Scope::All))
    );
}
