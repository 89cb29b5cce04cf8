//! Removing a member: their contacts, trash, imports and shared views go to another member.

use crate::site::{PASSWORD, Team, caller, named};
use app::{
    Actor, Belongings, Conflicts, Duplicates, Error, ImportOptions, ImportRequest, ImportState, ImportSummary, Match,
    Opening, Role, ViewContent, Watch,
};
use std::sync::atomic::AtomicBool;

fn options() -> ImportOptions {
    ImportOptions {
        duplicates: Duplicates::Skip,
        matching: Match::Email,
        conflicts: Conflicts::Skip,
        empty_cells_clear: false,
        replace_lists: false,
    }
}

/// Imports a CSV text; if `stop`, the import is stopped before its first row.
pub fn import(team: &Team, actor: Actor, text: &str, stop: bool) -> ImportSummary {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, text).unwrap();
    let request = ImportRequest {
        path: &file,
        file_name: "people.csv",
        opening: Opening::default(),
        options: options(),
        rejected: None,
    };
    let watch = Watch {
        progress: &mut |_| {},
        stop: &AtomicBool::new(stop),
    };
    team.app.import(actor, &request, watch).unwrap()
}

#[test]
fn contacts_trash_and_imports_go_to_another_member() {
    let team = Team::new();
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Member));
    let token = team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap();
    let kept = team.contact(bob, "Zoe");
    let trashed = team.contact(bob, "Yan");
    team.app.delete_contact(bob, trashed).unwrap();
    let import = import(
        &team,
        bob,
        "First name,Email\nAnn,ann@example.org\nBen,ben@example.org\n",
        false,
    );
    let import = import.import.unwrap();
    let had = Belongings {
        contacts: 3,
        trashed: 1,
        imports: 1,
    };
    assert_eq!(team.app.belongings(team.ada, bob.member()).unwrap(), had);
    assert_eq!(
        team.app.remove_member(team.ada, bob.member(), cy.member()).unwrap(),
        had
    );

    assert_eq!(team.app.contact(cy, kept).unwrap().contact, named("Zoe"));
    team.app.restore_contact(cy, trashed).unwrap();
    assert_eq!(team.app.import_report(cy, import).unwrap().state, ImportState::Done);
    let undone = team.app.undo(cy, import, false).unwrap();
    assert_eq!(undone.removed, 2);

    assert!(team.app.signed_in(&token).unwrap().is_none());
    assert!(team.app.sign_in("bob@example.org", PASSWORD, &caller()).is_err());
    let names: Vec<String> = team
        .app
        .members(team.ada)
        .unwrap()
        .into_iter()
        .map(|m| m.name)
        .collect();
    assert_eq!(names, ["Ada", "cy"]);
    let again = team.app.remove_member(team.ada, bob.member(), cy.member());
    assert!(matches!(again, Err(Error::NoMember)));
}

#[test]
fn shared_views_go_with_the_contacts_and_private_ones_with_the_member() {
    let team = Team::new();
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Member));
    let save = |actor, name: &str, shared| {
        let content = ViewContent {
            name: name.to_owned(),
            query: "tag=vip".to_owned(),
            shared,
        };
        team.app.save_view(actor, &content).unwrap()
    };
    let (vip, private) = (save(bob, "VIP", true), save(bob, "Only mine", false));
    save(bob, "Customers", true);
    save(cy, "VIP", false);
    let of_ada = save(team.ada, "All", true);
    team.app.remove_member(team.ada, bob.member(), cy.member()).unwrap();

    let views = team.app.views(cy).unwrap();
    let seen: Vec<_> = views
        .iter()
        .map(|view| (view.name.as_str(), view.shared, view.by.as_deref()))
        .collect();
    let expected = [
        ("All", true, Some("Ada")),
        ("Customers", true, None),
        ("VIP", false, None),
        // Renamed, because Cy already had a view of this name.
        ("VIP 2", true, None),
    ];
    assert_eq!(seen, expected);
    let content = ViewContent {
        name: "Very important".to_owned(),
        ..ViewContent::default()
    };
    team.app.change_view(cy, vip, &content).unwrap();
    assert!(matches!(
        team.app.change_view(cy, private, &content),
        Err(Error::NoView(_))
    ));
    assert!(team.app.views(team.ada).unwrap().iter().any(|view| view.id == of_ada));
}

#[test]
fn nothing_goes_to_somebody_who_is_not_there() {
    let team = Team::new();
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Member));
    let contact = team.contact(bob, "Zoe");
    team.app.deactivate(team.ada, cy.member()).unwrap();
    for to in [bob.member(), cy.member(), app::Member(99)] {
        let refused = team.app.remove_member(team.ada, bob.member(), to);
        assert!(matches!(refused, Err(Error::NoMember)), "{to:?}");
    }
    assert!(team.app.contact(bob, contact).is_ok());
    assert!(
        team.app.sign_in("bob@example.org", PASSWORD, &caller()).is_ok(),
        "nothing was begun"
    );
}
