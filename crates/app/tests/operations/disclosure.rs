//! What a member can learn beyond the contacts, lists and exports of the model: filters of every kind, files,
//! previews, duplicates, views and the audit log; and merging, which needs rights to several contacts. Part of
//! `rights.rs`.

use crate::random::Random;
use crate::team::{Team, View};
use crate::values;
use app::{AuditRequest, Error, ExportFormat, Filter, MergeRequest, Order, Right, RowClass, Scope, ViewContent};
use model::{ContactId, MergeChoices};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// The longest time to wait for a search or a preview of this few contacts.
const LONG: Duration = Duration::from_secs(60);

fn code<T>(outcome: Result<T, Error>) -> Result<T, &'static str> {
    outcome.map_err(|error| error.code())
}

/// A random file: new rows, or an edited earlier export of some member, with ids of contacts that the reader may not
/// see or that no longer exist.
pub fn file(random: &mut Random, team: &mut Team) -> String {
    let from = random.below(team.actors.len());
    let exported = team.export_text(from, Scope::All, "", ExportFormat::CrystalQore, Order::Created, None);
    let earlier = std::mem::replace(&mut team.exported, exported);
    let trashed: Vec<ContactId> = team.trash.keys().copied().collect();
    if !trashed.is_empty() && random.once_in(3) {
        let (id, number) = (random.pick(&trashed), random.below(1_000_000));
        return format!("CrystalQore ID,CrystalQore Version,First Name,Email\r\n{id},,Ann,once{number}@x.org\r\n");
    }
    if !earlier.is_empty() && random.once_in(2) {
        return values::edited(random, &earlier);
    }
    let mut csv = values::csv(random);
    // Long files slow down all later operations.
    while csv.len() > 5_000 {
        csv = values::csv(random);
    }
    csv
}

/// Checks that the preview of a file shows only contacts that its member sees, with their current values.
pub fn preview(team: &Team, who: usize, csv: &str) {
    let (app, actor) = (team.app(), team.actors[who]);
    let Ok(draft) = app.begin_draft(actor, "file.csv", &mut csv.as_bytes(), 1 << 20) else {
        return;
    };
    app.preview_state(actor, draft, LONG).unwrap();
    for class in RowClass::ALL {
        let page = app.preview_rows(actor, draft, class, 0, 500).unwrap();
        for matched in page.rows.iter().flat_map(|row| &row.matches) {
            if let Some(id) = matched.id {
                assert!(team.right(who, id).is_some(), "{who} learns of {id} by a preview");
                assert_eq!(matched.contact, team.contacts[&id].contact);
            }
        }
    }
    for other in team.actors.iter().filter(|other| other.member() != actor.member()) {
        assert_eq!(code(app.draft(*other, draft)).unwrap_err(), "no_such_import");
        assert_eq!(code(app.discard_draft(*other, draft)).unwrap_err(), "no_such_import");
    }
    app.discard_draft(actor, draft).unwrap();
}

/// Merges contacts with various rights, and undoes the merge at once, so that the model stays unchanged.
pub fn merge_and_undo(random: &mut Random, team: &Team, who: usize) -> String {
    let mut ids = vec![team.some_contact(random)];
    for _ in 0..1 + random.below(2) {
        let id = team.own_contact(random, who);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() < 2 {
        return "nothing to merge".to_owned();
    }
    let request = MergeRequest {
        kept: ids[0],
        gone: ids[1..].to_vec(),
        seen: HashMap::new(),
        choices: MergeChoices::default(),
    };
    let (app, actor) = (team.app(), team.actors[who]);
    let merged = code(app.merge(actor, &request));
    let needed = |at: usize| if at == 0 { Right::Edit } else { Right::Own };
    let refused = ids.iter().enumerate().find_map(|(at, id)| match team.right(who, *id) {
        None => Some("no_such_contact"),
        Some(right) if right < needed(at) => Some("forbidden"),
        Some(_) => None,
    });
    assert_eq!(merged.as_ref().err().copied(), refused, "{who} merges {ids:?}");
    if let Ok(report) = &merged {
        let action = report.action.unwrap();
        let other = team.actors[(who + 1) % team.actors.len()];
        assert_eq!(code(app.undo_action(other, action)).unwrap_err(), "no_such_action");
        let undone = app.undo_action(actor, action).unwrap();
        assert_eq!((undone.restored, undone.kept), (ids.len() as u64, 0));
    }
    format!("{who} merges {ids:?} and takes it back: {merged:?}")
}

/// Saves, changes or deletes a view.
pub fn view(random: &mut Random, team: &mut Team, who: usize) -> String {
    let ids: Vec<i64> = team.views.keys().copied().chain([i64::MAX]).collect();
    let (id, shared) = (random.pick(&ids), random.once_in(2));
    let content = ViewContent {
        name: format!("{} of {who}", team.views.len()),
        query: "q=ann".to_owned(),
        shared,
    };
    let (me, app, actor) = (team.member(who), team.app(), team.actors[who]);
    let refused = match team.views.get(&id) {
        Some(view) if view.by == me => None,
        // The first member is the workspace's owner.
        Some(view) if view.shared => (who > 0).then_some("forbidden"),
        _ => Some("no_such_view"),
    };
    match random.below(4) {
        0 => {
            let done = code(app.delete_view(actor, id));
            assert_eq!(done.err(), refused);
            if refused.is_none() {
                team.views.remove(&id);
            }
            format!("{who} deletes view {id}: {refused:?}")
        }
        1 => {
            let done = code(app.change_view(actor, id, &content));
            assert_eq!(done.err(), refused);
            if let (None, Some(view)) = (refused, team.views.get_mut(&id)) {
                view.shared = shared;
            }
            format!("{who} changes view {id}: {refused:?}")
        }
        _ => {
            let id = app.save_view(actor, &content).unwrap();
            team.views.insert(id, View { by: me, shared });
            format!("{who} saves view {id}")
        }
    }
}

/// Compares all of these for one member.
pub fn compare(random: &mut Random, team: &Team, who: usize) {
    views(team, who);
    audit_log(team, who);
    history(team, who);
    duplicates(team, who);
    filters(random, team, who);
}

fn views(team: &Team, who: usize) {
    let shown = team.app().views(team.actors[who]).unwrap();
    let shown: BTreeSet<i64> = shown.iter().map(|view| view.id).collect();
    let me = team.member(who);
    let expected = team.views.iter().filter(|(_, view)| view.shared || view.by == me);
    assert_eq!(shown, expected.map(|(id, _)| *id).collect::<BTreeSet<_>>());
}

fn audit_log(team: &Team, who: usize) {
    let (app, actor, all) = (team.app(), team.actors[who], AuditRequest::default());
    let refused = (who > 0).then_some("forbidden");
    assert_eq!(code(app.audit_page(actor, &all, None, 10)).err(), refused);
    assert_eq!(code(app.export_audit(actor, &all, &mut Vec::new())).err(), refused);
}

/// Checks that the values before an import are shown only to the owner of the contact.
fn history(team: &Team, who: usize) {
    let (app, actor) = (team.app(), team.actors[who]);
    for id in team.seen(who, Scope::Shared).into_keys() {
        let history = app.contact_history(actor, id).unwrap();
        let Some(change) = history.changed_by else { continue };
        assert!(change.before.is_none(), "{who} learns what {id} was before");
        assert_eq!(change.own, app.import_report(actor, change.import).is_ok());
    }
}

/// Checks that groups contain only contacts that the member sees, with their current values.
fn duplicates(team: &Team, who: usize) {
    let (app, actor) = (team.app(), team.actors[who]);
    app.look_for_duplicates_again(actor).unwrap();
    let page = app.find_duplicates(actor, 0, 50, LONG).unwrap();
    assert!(page.complete && !page.failed);
    for group in &page.groups {
        for stored in &group.contacts {
            assert_eq!(Some(stored.right), team.right(who, stored.id));
            assert_eq!(stored.contact, team.contacts[&stored.id].contact);
        }
        let owned = group.contacts[1..].iter().all(|other| other.right == Right::Own);
        let may = owned && group.contacts[0].right >= Right::Edit;
        assert_eq!(group.hindered.is_none(), may, "{:?}", group.hindered);
    }
    for id in team.known().into_iter().filter(|id| team.right(who, *id).is_none()) {
        assert_eq!(
            code(app.mark_not_duplicates(actor, &[id])).unwrap_err(),
            "no_such_contact"
        );
        assert_eq!(code(app.to_be_merged(actor, &[id])).unwrap_err(), "no_such_contact");
    }
}

/// Checks that a filter matches the same contacts for every member, of those that the member sees. The expected
/// matches are collected from all owners.
fn filters(random: &mut Random, team: &Team, who: usize) {
    let text = values::filter(random);
    let Ok(filter) = text.parse::<Filter>() else { return };
    let mut passing: BTreeSet<ContactId> = BTreeSet::new();
    for owner in &team.actors {
        passing.extend(
            team.app()
                .matching_contacts(*owner, Scope::Mine, &filter)
                .unwrap()
                .unwrap(),
        );
    }
    for scope in [Scope::Mine, Scope::Shared, Scope::All] {
        let seen = team.seen(who, scope);
        let expected: BTreeSet<ContactId> = seen.keys().copied().filter(|id| passing.contains(id)).collect();
        let (app, actor) = (team.app(), team.actors[who]);
        let matching = app.matching_contacts(actor, scope, &filter).unwrap().unwrap();
        assert_eq!(
            matching.into_iter().collect::<BTreeSet<_>>(),
            expected,
            "{text} {scope:?} for {who}"
        );
        assert_eq!(
            app.count_contacts(actor, scope, &filter).unwrap(),
            Some(expected.len() as u64)
        );
        let order = random.pick(&[Order::Created, Order::Name]);
        let csv = team.export_text(who, scope, &text, ExportFormat::CrystalQore, order, None);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        // The columns of a file depend on its contacts' values and must not reveal others.
        let house = reader
            .headers()
            .unwrap()
            .iter()
            .any(|name| name.contains("Summer House"));
        let has = |id: &ContactId| {
            let emails = &team.contacts[id].contact.emails;
            emails.iter().any(|email| email.label.as_str() == "Summer House")
        };
        assert_eq!(house, expected.iter().any(has), "{text} {scope:?} for {who}");
        let ids = reader
            .records()
            .map(|row| row.unwrap()[0].parse::<ContactId>().unwrap());
        assert_eq!(ids.collect::<BTreeSet<_>>(), expected, "{text} {scope:?} for {who}");
    }
}
