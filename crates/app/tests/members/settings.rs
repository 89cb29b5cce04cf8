//! Settings: who may change them, and what depends on them.

use crate::fields::import;
use crate::site::{DAY, Team, named};
use app::{Duplicates, Error, ImportOptions, Match, Opening, Role, WorkspaceSettings};
use model::{Contact, Region, Slot, TextField};

fn company() -> Slot {
    Slot::Text(TextField::Company)
}

fn with(team: &Team, change: impl Fn(&mut WorkspaceSettings)) {
    let mut settings = team.app.settings(team.ada).unwrap();
    change(&mut settings);
    team.app.set_settings(team.ada, &settings).unwrap();
}

fn nothing(_: &mut Opening, _: &mut ImportOptions) {}

#[test]
fn admins_change_settings_and_members_do_not() {
    let team = Team::new();
    let eve = team.join("eve", Role::Member);
    let settings = team.app.settings(eve).unwrap();
    assert_eq!(
        (settings.name.as_str(), settings.trash_days, settings.log_days),
        ("Engines", 30, 90)
    );
    assert!(matches!(
        team.app.set_settings(eve, &settings),
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(team.app.may_govern(eve), Err(Error::Forbidden(_))));
    for wrong in [
        WorkspaceSettings {
            name: " ".to_owned(),
            ..settings.clone()
        },
        WorkspaceSettings {
            trash_days: 0,
            ..settings.clone()
        },
        WorkspaceSettings {
            log_days: 9_999,
            ..settings.clone()
        },
    ] {
        assert!(matches!(
            team.app.set_settings(team.ada, &wrong),
            Err(Error::Settings(_))
        ));
    }
    let changed = WorkspaceSettings {
        name: "Motors".to_owned(),
        country: Region::from_code("DE"),
        required: vec![company()],
        duplicates: Duplicates::Update,
        matching: Match::Email,
        trash_days: 7,
        log_days: 14,
        drafts_each: 7,
        member_gib: 2,
        workspace_gib: 20,
    };
    team.app.set_settings(team.ada, &changed).unwrap();
    assert_eq!(team.app.settings(eve).unwrap(), changed);
    let options = team.app.import_defaults(eve).unwrap();
    assert_eq!(
        (options.duplicates, options.matching),
        (Duplicates::Update, Match::Email)
    );
    let mut file = "First Name\nAnn\n".as_bytes();
    let draft = team.app.begin_draft(eve, "a.csv", &mut file, 1_000).unwrap();
    assert_eq!(team.app.draft(eve, draft).unwrap().settings.options, options);
}

#[test]
fn open_imports_are_limited_and_the_message_names_one_to_delete() {
    let team = Team::new();
    let eve = team.join("eve", Role::Member);
    with(&team, |settings| settings.drafts_each = 2);
    let begin = |who, name: &str| {
        let mut file = "First Name\nAnn\n".as_bytes();
        team.app.begin_draft(who, name, &mut file, 1_000)
    };
    let first = begin(eve, "first.csv").unwrap();
    begin(eve, "second.csv").unwrap();
    let refused = begin(eve, "third.csv").unwrap_err();
    let told = refused.for_members();
    assert!(
        refused.code() == "quota" && told.contains(".csv”") && told.contains("2 imports"),
        "{told}"
    );
    begin(team.ada, "of-another.csv").unwrap();
    team.app.discard_draft(eve, first).unwrap();
    begin(eve, "third.csv").unwrap();
}

#[test]
fn the_country_is_that_of_numbers_that_say_nothing() {
    let team = Team::new();
    with(&team, |settings| settings.country = Region::from_code("DE"));
    let done = import(&team, team.ada, "First Name,Phone\nAnn,030 1234567\n", false, nothing).unwrap();
    assert_eq!(
        done.numbers_of.map(|numbers| (numbers.region, numbers.assumed)),
        Some(("DE".to_owned(), false)),
        "a number that is valid there says that it is from there"
    );
}

#[test]
fn what_is_required_is_asked_of_new_contacts_and_taken_from_none() {
    let team = Team::new();
    let ann = Contact {
        emails: vec![model::LabeledEmail {
            label: model::Label::NONE,
            value: model::Email::parse("ann@x.example").unwrap(),
        }],
        ..named("Ann")
    };
    let old = team.app.create_contact(team.ada, ann.clone()).unwrap();
    with(&team, |settings| settings.required = vec![company()]);
    let refused = team.app.create_contact(team.ada, named("Bob"));
    assert!(matches!(refused, Err(Error::Rules(broken)) if broken[0].what == "Company is required here"));
    // An update of an existing contact need not contain a required value that the contact lacks; a new contact must.
    let file = "First Name,Email\nAnna,ann@x.example\nBob,bob@x.example\n";
    for dry in [true, false] {
        let done = import(&team, team.ada, file, dry, |_, options| {
            options.duplicates = Duplicates::Update
        })
        .unwrap();
        assert_eq!((done.counts.update, done.counts.new, done.counts.invalid), (1, 0, 1));
        let reason = &done.notable[0].reasons[0];
        assert_eq!((reason.line, reason.message.as_str()), (3, "Company is required here."));
    }
    let stored = team.app.contact(team.ada, old).unwrap();
    assert_eq!(stored.contact.first_name.as_str(), "Anna");
    let acme = Contact {
        company: "Acme".into(),
        ..stored.contact
    };
    team.app.edit_contact(team.ada, old, stored.version, acme).unwrap();
    let clearing = import(
        &team,
        team.ada,
        "Email,Company\nann@x.example,\n",
        false,
        |_, options| {
            options.duplicates = Duplicates::Update;
            options.empty_cells_clear = true;
        },
    );
    assert_eq!(clearing.unwrap().counts.invalid, 1);
}

#[test]
fn things_are_kept_for_as_long_as_is_set() {
    let team = Team::new();
    let contact = team.contact(team.ada, "Ann");
    let first = import(&team, team.ada, "First Name\nBob\n", false, nothing)
        .unwrap()
        .import
        .unwrap();
    let second = import(&team, team.ada, "First Name\nCal\n", false, nothing)
        .unwrap()
        .import
        .unwrap();
    team.app.delete_contact(team.ada, contact).unwrap();
    team.system.pass(20 * DAY);
    team.app.forget_old_logs(team.ada).unwrap();
    assert_eq!(team.app.forget_old_trash(team.ada).unwrap(), 0);
    team.app.undo(team.ada, first, false).unwrap();
    with(&team, |settings| (settings.trash_days, settings.log_days) = (10, 15));
    assert_eq!(team.app.forget_old_trash(team.ada).unwrap(), 1);
    // The undo is refused as soon as the new limit applies, not only once the log is deleted.
    assert!(matches!(
        team.app.undo(team.ada, second, true),
        Err(Error::LogGone { days: 15, .. })
    ));
    team.app.forget_old_logs(team.ada).unwrap();
    with(&team, |settings| settings.log_days = 90);
    // A longer limit does not bring a deleted log back.
    assert!(matches!(
        team.app.undo(team.ada, second, false),
        Err(Error::LogGone { .. })
    ));
}
