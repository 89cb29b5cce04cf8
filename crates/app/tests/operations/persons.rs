//! Whom a contact names as its creator and as its last editor, by example.

use crate::team::Team;
use app::{Access, Duplicates, Grantee};
use model::{Contact, ContactId};

const OWNER: &str = "m1@example.com";
const EDITOR: &str = "m2@example.com";

/// The creator and the last editor of a contact, as its owner sees them.
fn authors(team: &Team, id: ContactId) -> (String, String) {
    let history = team.app().contact_history(team.actors[0], id).unwrap();
    (history.creator.unwrap_or_default(), history.editor.unwrap_or_default())
}

fn by(creator: &str, editor: &str) -> (String, String) {
    (creator.to_owned(), editor.to_owned())
}

fn named(name: &str) -> Contact {
    let json = format!(r#"{{"first_name":"{name}","emails":[{{"value":"ann@example.com"}}]}}"#);
    serde_json::from_str(&json).unwrap()
}

#[test]
fn a_contact_shows_whose_hand_was_last_at_it_through_every_way_back() {
    let team = Team::open();
    let app = team.app();
    let id = app.create_contact(team.actors[0], named("Ann")).unwrap();
    assert_eq!(authors(&team, id), by(OWNER, OWNER));

    let editor = Grantee::Member(team.member(1));
    app.share(team.actors[0], &[id], &[editor], Access::Edit).unwrap();
    let version = app.contact(team.actors[1], id).unwrap().version;
    app.edit_contact(team.actors[1], id, version, named("Anna")).unwrap();
    assert_eq!(authors(&team, id), by(OWNER, EDITOR));

    let tagged = app.tag_contacts(team.actors[0], &[id], "vip").unwrap();
    assert_eq!(authors(&team, id), by(OWNER, OWNER));
    app.undo_action(team.actors[0], tagged.action.unwrap()).unwrap();
    assert_eq!(authors(&team, id), by(OWNER, EDITOR));

    app.delete_contact(team.actors[0], id).unwrap();
    app.restore_contact(team.actors[0], id).unwrap();
    assert_eq!(authors(&team, id), by(OWNER, EDITOR));

    team.import(
        0,
        "First Name,Company,Email\nAnna,Acme,ann@example.com\n",
        Duplicates::Update,
    );
    assert_eq!(authors(&team, id), by(OWNER, OWNER));
    let import = app.contact(team.actors[0], id).unwrap().written_by.unwrap();
    app.undo(team.actors[0], import, false).unwrap();
    assert_eq!(authors(&team, id), by(OWNER, EDITOR));
}

#[test]
fn what_an_import_made_is_of_who_ran_it() {
    let team = Team::open();
    team.import(0, "First Name\nBob\n", Duplicates::Skip);
    team.wait_for_index();
    let id = *team
        .export(0, app::Scope::All, "", app::Order::Name, None)
        .keys()
        .next()
        .unwrap();
    assert_eq!(authors(&team, id), by(OWNER, OWNER));
}
