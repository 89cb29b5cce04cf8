//! What an import may see and change when the workspace has other members. Tests `match_index`, `resolve` and `undo`
//! through `App`.

use crate::access::Actor;
use crate::clock::System;
use crate::contacts::merge::MergeRequest;
use crate::error::Error;
use crate::import::analysis::Opening;
use crate::import::counts::Counts;
use crate::import::stored::Watch;
use crate::import::{ImportRequest, ImportSummary};
use crate::import_options::{Duplicates, ImportOptions, Match};
use crate::{App, Place};
use model::{Contact, ContactId, Email, Label, LabeledEmail, LabeledPhone, MergeChoices, Phone};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use store::contacts::shares::{Access, Grantee};
use store::members::accounts::{NewAccount, Role};
use store::{ImportId, Member};
use tempfile::TempDir;

struct Counting(AtomicI64);

impl System for Counting {
    fn now(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        // A UUIDv7, like the contact ids in exports.
        let moment = u128::from(self.now().unsigned_abs() & 0xffff_ffff_ffff);
        ContactId::from_u128((moment << 80) | (0x7 << 76) | (0x8 << 60))
    }

    fn unique_name(&self) -> String {
        self.now().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        [1; 32]
    }
}

struct Office {
    app: App,
    me: Actor,
    /// The owner of the hidden contacts.
    other: Actor,
    folder: TempDir,
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let system = Arc::new(Counting(AtomicI64::new(1_700_000_000_000_000)));
    let place = Place {
        data: &folder.path().join("data"),
        objects: None,
        database: None,
    };
    let app = App::open(&place, system).unwrap();
    let me = app.local_actor().unwrap();
    let other = Actor {
        member: Member(2),
        ..me
    };
    let now = app.system.now();
    let account = NewAccount {
        name: "Other",
        email: "other@example.com",
        password_hash: "",
    };
    app.store
        .write(|tx| store::members::add(tx, me.workspace, &account, Role::Member, now))
        .unwrap();
    Office { app, me, other, folder }
}

fn contact(first: &str, email: &str, phone: &str) -> Contact {
    let mut contact = Contact {
        first_name: first.into(),
        last_name: "Ivers".into(),
        ..Contact::default()
    };
    if !email.is_empty() {
        contact.emails.push(LabeledEmail {
            label: Label::NONE,
            value: Email::parse(email).unwrap(),
        });
    }
    if !phone.is_empty() {
        contact.phones.push(LabeledPhone {
            label: Label::NONE,
            phone: Phone::parse(phone, None).unwrap(),
        });
    }
    contact
}

impl Office {
    fn theirs(&self, first: &str, email: &str, phone: &str) -> ContactId {
        self.app
            .create_contact(self.other, contact(first, email, phone))
            .unwrap()
    }

    fn mine(&self, first: &str, email: &str, phone: &str) -> ContactId {
        self.app.create_contact(self.me, contact(first, email, phone)).unwrap()
    }

    fn share(&self, id: ContactId, access: Access) {
        let to = Grantee::Member(self.me.member);
        self.app.share(self.other, &[id], &[to], access).unwrap();
    }

    fn name_of(&self, actor: Actor, id: ContactId) -> String {
        self.app.contact(actor, id).unwrap().contact.display_name()
    }

    /// Imports, after a preview that must give the same result.
    fn import(&self, csv: &str, options: ImportOptions) -> ImportSummary {
        let path = self.folder.path().join("file.csv");
        std::fs::write(&path, csv).unwrap();
        let request = ImportRequest {
            path: &path,
            file_name: "file.csv",
            opening: Opening::default(),
            options,
            rejected: None,
        };
        let stop = AtomicBool::new(false);
        let (mut nothing, mut none) = (|_| {}, |_| {});
        let watch = |progress| Watch { progress, stop: &stop };
        let preview = self.app.preview(self.me, &request, watch(&mut nothing)).unwrap();
        let watch = |progress| Watch { progress, stop: &stop };
        let done = self.app.import(self.me, &request, watch(&mut none)).unwrap();
        assert_eq!(preview.counts, done.counts, "{csv}");
        let said = |summary: &ImportSummary| -> Vec<String> {
            let reasons = summary.notable.iter().flat_map(|row| &row.reasons);
            reasons.map(|reason| reason.message.clone()).collect()
        };
        assert_eq!(said(&preview), said(&done), "{csv}");
        done
    }
}

const UPDATE: ImportOptions = ImportOptions {
    duplicates: Duplicates::Update,
    matching: Match::EmailOrPhone,
    conflicts: crate::import_options::Conflicts::Skip,
    empty_cells_clear: false,
    replace_lists: false,
};

fn created(n: u64) -> Counts {
    Counts {
        rows: n,
        new: n,
        ..Counts::default()
    }
}

#[test]
fn a_hidden_contact_is_no_duplicate() {
    let office = office();
    let theirs = office.theirs("Ann", "ann@example.com", "+1 202 555 0101");
    let csv = "First Name,Last Name,Email,Phone\nAnn,Ivers,ann@example.com,\nAnn,Ivers,,+1 202 555 0101\n";
    assert_eq!(office.import(csv, UPDATE).counts, created(2));
    assert_eq!(office.name_of(office.other, theirs), "Ann Ivers");
}

#[test]
fn a_hidden_one_does_not_make_a_row_ambiguous() {
    let office = office();
    office.theirs("Ann", "ann@example.com", "");
    office.mine("Ann", "ann@example.com", "");
    let counts = office
        .import(
            "First Name,Last Name,Email,Company\nAnn,Ivers,ann@example.com,Acme\n",
            UPDATE,
        )
        .counts;
    assert_eq!((counts.update, counts.ambiguous), (1, 0));
}

#[test]
fn a_key_shared_by_hidden_contacts_matches_nothing() {
    let office = office();
    for n in 0..80 {
        office.theirs(&format!("A{n}"), "", "+1 202 555 0101");
    }
    let mine = office.mine("Ann", "", "+1 202 555 0101");
    let csv = "First Name,Last Name,Phone,Company\nAnn,Ivers,+1 202 555 0101,Acme\n";
    for matching in [Match::EmailOrPhone, Match::EmailOrPhoneAndName] {
        let counts = office.import(csv, ImportOptions { matching, ..UPDATE }).counts;
        assert_eq!(counts.update + counts.unchanged, 1, "{matching:?} {counts:?}");
    }
    assert_eq!(
        office.app.contact(office.me, mine).unwrap().contact.company.as_str(),
        "Acme"
    );
}

#[test]
fn what_is_shared_to_view_is_a_duplicate_that_is_never_changed() {
    let office = office();
    let theirs = office.theirs("Ann", "ann@example.com", "");
    office.share(theirs, Access::View);
    let before = office.app.contact(office.other, theirs).unwrap();
    let by_email = "First Name,Last Name,Email,Company\nAnn,Ivers,ann@example.com,Acme\n".to_owned();
    let by_id = format!("CrystalQore ID,CrystalQore Version,First Name,Last Name,Company\n{theirs},,Ann,Ivers,Acme\n");
    for csv in [by_email, by_id] {
        let done = office.import(&csv, UPDATE);
        assert_eq!((done.counts.duplicate, done.counts.update), (1, 0), "{csv}");
    }
    assert_eq!(
        office.app.contact(office.other, theirs).unwrap().contact,
        before.contact
    );
}

#[test]
fn what_is_shared_to_edit_is_updated_and_given_back() {
    let office = office();
    let theirs = office.theirs("Ann", "ann@example.com", "");
    office.share(theirs, Access::Edit);
    let company = || {
        office
            .app
            .contact(office.other, theirs)
            .unwrap()
            .contact
            .company
            .to_string()
    };
    let csv = |company: &str| format!("First Name,Last Name,Email,Company\nAnn,Ivers,ann@example.com,{company}\n");
    let done = office.import(&csv("Acme"), UPDATE);
    assert_eq!(done.counts.update, 1);
    assert_eq!(company(), "Acme");
    let undone = office.app.undo(office.me, done.import.unwrap(), false).unwrap();
    assert_eq!((undone.restored, undone.kept, company()), (1, 0, String::new()));

    let done = office.import(&csv("Hart"), UPDATE);
    office.app.unshare(office.other, &[theirs], None).unwrap();
    let undone = office.app.undo(office.me, done.import.unwrap(), false).unwrap();
    assert_eq!((undone.restored, undone.kept, company()), (0, 1, "Hart".to_owned()));
    assert!(undone.kept_names.is_empty(), "its name would tell that it is there");
}

#[test]
fn an_import_takes_away_only_what_is_the_members_own() {
    let office = office();
    let done = office.import("First Name,Email\nAnn,ann@example.com\nBo,bo@example.com\n", UPDATE);
    let ann = office.app.store.read(|tx| {
        let page = store::contacts::page_seen(tx, office.me.workspace, office.me.member, None, 10)?;
        Ok::<_, Error>(page.into_iter().find(|row| row.body.contains("Ann")).unwrap().id)
    });
    let ann = ann.unwrap();
    office
        .app
        .hand_over(office.me, &[ann], office.other.member, None)
        .unwrap();
    let undone = office.app.undo(office.me, done.import.unwrap(), false).unwrap();
    assert_eq!((undone.removed, undone.kept), (1, 1));
    assert_eq!(office.name_of(office.other, ann), "Ann");
}

#[test]
fn a_row_with_the_id_of_a_hidden_contact_becomes_another_contact() {
    let office = office();
    let theirs = office.theirs("Ann", "ann@example.com", "");
    let csv = format!(
        "CrystalQore ID,CrystalQore Version,First Name,Last Name,Email\n{theirs},,Zoe,Marsh,zoe@example.com\n{theirs},,Zoe,Marsh,zoe@example.com\n"
    );
    let counts = office.import(&csv, UPDATE).counts;
    // The counts are the same as with an id that no contact has.
    let free = csv
        .replace(&theirs.to_string(), "01900000-0048-7000-8000-000000000000")
        .replace("zoe@", "zoey@");
    assert_eq!(office.import(&free, UPDATE).counts, counts);
    assert_eq!((counts.new, counts.unchanged), (1, 1));
    assert_eq!(office.name_of(office.other, theirs), "Ann Ivers");
    assert!(matches!(
        office.app.contact(office.me, theirs),
        Err(Error::NoContact(_))
    ));
    // A repeated import finds the contact under its replacement id.
    let counts = office.import(&csv, UPDATE).counts;
    assert_eq!((counts.new, counts.unchanged), (0, 2));
}

#[test]
fn a_row_with_the_id_of_a_contact_in_anothers_trash_leaves_that_to_its_owner() {
    let office = office();
    let theirs = office.theirs("Ann", "ann@example.com", "");
    office.app.delete_contact(office.other, theirs).unwrap();
    // An export from the time when the contact existed and was shared.
    let csv =
        format!("CrystalQore ID,CrystalQore Version,First Name,Last Name,Email\n{theirs},,Ann,Ivers,ann@example.com\n");
    assert_eq!(office.import(&csv, UPDATE).counts, created(1));
    let mine = office.app.trash(office.me, None, 10).unwrap();
    let all = office.app.matching_contacts(
        office.me,
        crate::access::Scope::All,
        &crate::search::filter::Filter::default(),
    );
    assert!(mine.is_empty() && !all.unwrap().unwrap_or_default().contains(&theirs));
    // Its owner can restore it unchanged.
    office.app.restore_contact(office.other, theirs).unwrap();
    assert_eq!(office.name_of(office.other, theirs), "Ann Ivers");
    // Deleting the contact that the row created does not remove the other one from the trash.
    office.app.delete_contact(office.other, theirs).unwrap();
    let counts = office.import(&csv, UPDATE).counts;
    assert_eq!(
        (counts.new, counts.unchanged),
        (0, 1),
        "it is known by the id that stands for it"
    );
    let trash = office.app.trash(office.other, None, 10).unwrap();
    assert_eq!(trash.iter().map(|trashed| trashed.id).collect::<Vec<_>>(), [theirs]);
}

#[test]
fn a_row_with_the_id_of_a_contact_in_ones_own_trash_brings_it_back() {
    let office = office();
    let mine = office.mine("Ann", "ann@example.com", "");
    office.app.delete_contact(office.me, mine).unwrap();
    let csv =
        format!("CrystalQore ID,CrystalQore Version,First Name,Last Name,Email\n{mine},,Ann,Ivers,ann@example.com\n");
    assert_eq!(office.import(&csv, UPDATE).counts, created(1));
    assert_eq!(office.name_of(office.me, mine), "Ann Ivers");
}

#[test]
fn imports_are_seen_by_who_made_them() {
    let office = office();
    let import = office
        .import("First Name,Email\nAnn,ann@example.com\n", UPDATE)
        .import
        .unwrap();
    let (app, other) = (&office.app, office.other);
    let none = |result: Result<(), Error>| assert!(matches!(result, Err(Error::NoImport(ImportId(_)))), "{result:?}");
    none(app.import_report(other, import).map(drop));
    none(app.import_progress(other, import).map(drop));
    none(app.cancel_import(other, import));
    none(app.undo(other, import, true).map(drop));
    none(app.undo(other, import, false).map(drop));
    none(app.rejected_rows(other, import, &mut Vec::new()).map(drop));
    assert!(app.imports(other).unwrap().is_empty());
    assert!(app.imports_page(other, None, 9).unwrap().imports.is_empty());
    assert_eq!(app.imports(office.me).unwrap().len(), 1);
    let page = app.imports_page(office.me, None, 1).unwrap();
    assert_eq!(
        (page.imports[0].import, page.imports.len(), page.next),
        (import, 1, None)
    );
}

#[test]
fn merging_makes_one_and_undoing_it_makes_them_again() {
    let office = office();
    let kept = office.mine("Ann", "ann@example.com", "");
    let gone = office.mine("Anne", "anne@example.com", "+1 202 555 0101");
    let all = |id| office.app.contact(office.me, id);
    let before = [all(kept).unwrap(), all(gone).unwrap()];
    let request = MergeRequest {
        kept,
        gone: vec![gone],
        seen: before.iter().map(|c| (c.id, c.version)).collect(),
        choices: MergeChoices::default(),
    };
    let report = office.app.merge(office.me, &request).unwrap();
    assert_eq!(report.contacts, 2);
    assert_eq!(all(kept).unwrap().contact.emails.len(), 2);
    assert!(matches!(all(gone), Err(Error::NoContact(_))));
    // Its match keys belong to the remaining contact now.
    let counts = office.import(
        "First Name,Last Name,Email\nAnne,Ivers,anne@example.com\n",
        ImportOptions::default(),
    );
    assert_eq!(counts.counts.duplicate, 1);
    office.app.undo_action(office.me, report.action.unwrap()).unwrap();
    assert_eq!([all(kept).unwrap(), all(gone).unwrap()], before);
    // A contact that was changed since the member saw it is not merged.
    let stale = MergeRequest {
        seen: HashMap::from([(kept, 1)]),
        ..request
    };
    assert!(matches!(
        office.app.merge(office.me, &stale),
        Err(Error::VersionConflict { .. })
    ));
}

#[test]
fn who_may_not_may_not_merge() {
    let office = office();
    let (mine, theirs) = (
        office.mine("Ann", "a@example.com", ""),
        office.theirs("Ann", "b@example.com", ""),
    );
    let merge = |kept, gone| {
        let request = MergeRequest {
            kept,
            gone: vec![gone],
            seen: HashMap::new(),
            choices: MergeChoices::default(),
        };
        office.app.merge(office.me, &request)
    };
    assert!(matches!(merge(mine, theirs), Err(Error::NoContact(_))));
    office.share(theirs, Access::View);
    assert!(matches!(merge(theirs, mine), Err(Error::Forbidden(_))));
    office.share(theirs, Access::Edit);
    assert!(
        matches!(merge(mine, theirs), Err(Error::Forbidden(_))),
        "only its owner lets a contact go"
    );
    assert_eq!(merge(theirs, mine).unwrap().contacts, 2);
    assert_eq!(
        office.app.contact(office.other, theirs).unwrap().contact.emails.len(),
        2
    );
}

fn found(office: &Office) -> Vec<Vec<ContactId>> {
    let page = office
        .app
        .find_duplicates(office.me, 0, 10, std::time::Duration::from_secs(20))
        .unwrap();
    assert!(page.complete && !page.failed);
    let ids = |group: &crate::duplicates::DuplicateGroup| {
        let mut ids: Vec<ContactId> = group.contacts.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        ids
    };
    page.groups.iter().map(ids).collect()
}

#[test]
fn duplicates_are_found_among_visible_contacts_and_dismissed_once() {
    let office = office();
    let ann = office.mine("Ann", "ann@example.com", "");
    let anne = office.mine("Anne", "ann@example.com", "");
    let zoe = office.mine("Zoe", "zoe.ivers@example.com", "");
    let dotted = office.mine("Zoe", "zoeivers@example.com", "");
    office.theirs("Ann", "ann@example.com", "");
    assert_eq!(found(&office), [vec![ann, anne], vec![zoe, dotted]]);
    assert_eq!(office.app.mark_not_duplicates(office.me, &[zoe, dotted]).unwrap(), 1);
    assert_eq!(found(&office), [vec![ann, anne]]);
    office.app.look_for_duplicates_again(office.me).unwrap();
    assert_eq!(found(&office), [vec![ann, anne]]);
    let hidden = office.theirs("Bo", "", "");
    assert!(matches!(
        office.app.mark_not_duplicates(office.me, &[ann, hidden]),
        Err(Error::NoContact(_))
    ));
}

#[test]
fn more_contacts_than_can_be_dismissed_at_once_are_rejected() {
    let office = office();
    let ids: Vec<ContactId> = (0..21).map(|at| office.mine(&format!("Ann {at}"), "", "")).collect();
    assert!(matches!(
        office.app.mark_not_duplicates(office.me, &ids),
        Err(Error::TooMany { most: 20, .. })
    ));
    assert_eq!(office.app.mark_not_duplicates(office.me, &ids[..20]).unwrap(), 190);
}

#[test]
fn duplicates_that_the_member_may_not_merge_say_why() {
    let office = office();
    office.mine("Ann", "ann@example.com", "");
    let theirs = office.theirs("Ann", "ann@example.com", "");
    office.share(theirs, Access::View);
    let wait = std::time::Duration::from_secs(20);
    let hindered = || {
        office.app.look_for_duplicates_again(office.me).unwrap();
        let page = office.app.find_duplicates(office.me, 0, 10, wait).unwrap();
        page.groups[0].hindered.clone()
    };
    assert!(hindered().unwrap().contains("Other"));
    office.share(theirs, Access::Edit);
    assert_eq!(hindered(), None, "the other's stays, and the member's own goes into it");
}

#[test]
fn an_undo_waits_until_an_import_that_has_ended_is_given_back() {
    let office = office();
    let import = office
        .import("First name\nAnn\n", ImportOptions::default())
        .import
        .unwrap();
    let lease = office.app.hold_run(office.me, import).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(200));
            drop(lease);
        });
        assert_eq!(office.app.undo(office.me, import, false).unwrap().removed, 1);
    });
}
