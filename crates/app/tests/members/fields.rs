//! Custom fields: who may define them, and how they pass through an import, an edit and an export.

use crate::site::{Team, named};
use app::{
    Actor, BadValues, Counts, Duplicates, Error, ExportFormat, ExportRequest, Filter, HeaderChoice, ImportOptions,
    ImportRequest, ImportSummary, Opening, Order, Role, Scope, Watch,
};
use model::{Contact, CustomField, FieldKind, Text};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

pub fn field(kind: FieldKind, name: &str) -> CustomField {
    CustomField {
        kind,
        ..CustomField::of_text(name)
    }
}

fn level() -> CustomField {
    CustomField {
        choices: vec!["Gold".to_owned(), "Silver".to_owned()],
        ..field(FieldKind::Choice, "Level")
    }
}

/// Imports a CSV text; if `dry`, only previews it.
pub fn import(
    team: &Team,
    actor: Actor,
    text: &str,
    dry: bool,
    configure: impl Fn(&mut Opening, &mut ImportOptions),
) -> Result<ImportSummary, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("file.csv");
    fs::write(&path, text).unwrap();
    let (mut opening, mut options) = (Opening::default(), team.app.import_defaults(actor).unwrap());
    opening.header = HeaderChoice::Auto;
    configure(&mut opening, &mut options);
    let request = ImportRequest {
        path: &path,
        file_name: "file.csv",
        opening,
        options,
        rejected: None,
    };
    let stop = AtomicBool::new(false);
    let watch = Watch {
        progress: &mut |_| {},
        stop: &stop,
    };
    if dry {
        team.app.preview(actor, &request, watch)
    } else {
        team.app.import(actor, &request, watch)
    }
}

fn request(columns: &[&str]) -> ExportRequest {
    ExportRequest {
        scope: Scope::All,
        selection: None,
        filter: Filter::default(),
        format: ExportFormat::CrystalQore,
        order: Order::Created,
        columns: columns.iter().map(|slot| slot.parse().unwrap()).collect(),
        delimiter: b',',
        bom: false,
    }
}

fn export(team: &Team, actor: Actor, columns: &[&str]) -> String {
    let mut out = Vec::new();
    team.app.export(actor, &request(columns), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn only(counts: Counts) -> (u64, u64, u64) {
    (counts.new, counts.update, counts.invalid)
}

fn names(team: &Team) -> Vec<String> {
    let fields = team.app.custom_fields(team.ada).unwrap();
    fields.into_iter().map(|defined| defined.field.name).collect()
}

#[test]
fn admins_make_fields_and_members_do_not() {
    let team = Team::new();
    let (bob, eve) = (team.join("bob", Role::Admin), team.join("eve", Role::Member));
    let refused = team.app.define_field(eve, &field(FieldKind::Text, "Shoe size"));
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    let shoe = team
        .app
        .define_field(bob, &field(FieldKind::Number, " Shoe size "))
        .unwrap();
    let level = team.app.define_field(team.ada, &level()).unwrap();
    for (field, why) in [
        (field(FieldKind::Text, "SHOE SIZE"), "already"),
        (field(FieldKind::Text, "company"), "every contact has"),
        (field(FieldKind::Text, "zip code"), "every contact has"),
        (field(FieldKind::Text, "  "), "needs a name"),
        (field(FieldKind::Text, "a\"b"), "quotation"),
        (field(FieldKind::Choice, "None"), "at least one choice"),
    ] {
        let error = team.app.define_field(bob, &field).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    for refused in [
        team.app.set_choices(eve, level, &["x".to_owned()]),
        team.app.move_field(eve, level, true),
        team.app.archive_field(eve, level, true),
    ] {
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    }
    team.app.move_field(bob, level, true).unwrap();
    assert_eq!(names(&team), ["Level", "Shoe size"]);
    team.app.archive_field(bob, level, true).unwrap();
    assert_eq!(names(&team), ["Shoe size", "Level"]);
    // The only field that is not archived cannot move.
    team.app.move_field(bob, shoe, false).unwrap();
    team.app.archive_field(bob, level, false).unwrap();
    assert_eq!(names(&team), ["Level", "Shoe size"]);
}

#[test]
fn only_admins_make_fields_of_columns() {
    let team = Team::new();
    let eve = team.join("eve", Role::Member);
    team.app
        .define_field(team.ada, &field(FieldKind::Text, "Boss"))
        .unwrap();
    let file = "First Name,Email,BOSS,Shoe\nAnn,ann@x.example,Bob,44\n";
    let new = |opening: &mut Opening, _: &mut ImportOptions| {
        opening.choices = vec![("Shoe".to_owned(), "custom:Shoe".to_owned())];
    };
    for dry in [true, false] {
        let refused = import(&team, eve, file, dry, new);
        assert!(matches!(refused, Err(Error::UnknownField(name)) if name == "Shoe"));
    }
    let kept = import(&team, eve, file, false, |opening, _| opening.keep_unmapped = true).unwrap();
    assert!(kept.columns[3].reason.contains("ask") || kept.columns[3].reason.contains("admin"));
    assert_eq!(names(&team), ["Boss"]);
    assert!(export(&team, eve, &[]).contains("Custom: Boss\r\n"));
    // A preview defines no fields.
    let file = "First Name,Email,BOSS,Shoe\nAda,ada@x.example,Bob,44\n";
    import(&team, team.ada, file, true, new).unwrap();
    assert_eq!(names(&team), ["Boss"]);
    import(&team, team.ada, file, false, new).unwrap();
    assert_eq!(names(&team), ["Boss", "Shoe"]);
    let csv = export(&team, team.ada, &["first_name", "custom:Shoe"]);
    assert!(
        csv.contains("First Name,Custom: Shoe\r\n") && csv.contains("Ada,44"),
        "{csv}"
    );
}

#[test]
fn a_field_goes_from_an_import_to_an_export_and_back() {
    let team = Team::new();
    let define = |field: CustomField| team.app.define_field(team.ada, &field).unwrap();
    define(field(FieldKind::Number, "Size"));
    define(field(FieldKind::Date, "Since"));
    let level = define(level());
    let old = define(field(FieldKind::Text, "Aa"));
    let file = "First Name,Level,since,Size,Aa\nAnn,GOLD,25/12/2026,\"1.234,5\",x\nBob,platinum,soon,many,\nCal,,,,\n";
    let look = import(&team, team.ada, file, true, |_, _| {}).unwrap();
    let done = import(&team, team.ada, file, false, |_, _| {}).unwrap();
    assert_eq!(only(look.counts), (2, 0, 1));
    assert_eq!(look.counts, done.counts);
    let bad = &done.notable[0];
    let told: Vec<(&str, &str)> = bad
        .reasons
        .iter()
        .map(|r| (r.column.as_str(), r.value.as_str()))
        .collect();
    assert_eq!(
        (bad.line, told),
        (3, vec![("Level", "platinum"), ("since", "soon"), ("Size", "many")])
    );
    assert!(bad.reasons[0].advice.contains("Gold, Silver"));

    team.app.set_choices(team.ada, level, &["Silver".to_owned()]).unwrap();
    team.app.archive_field(team.ada, old, true).unwrap();
    let csv = export(&team, team.ada, &[]);
    assert!(
        csv.contains("Custom: Size,Custom: Since,Custom: Level,Custom: Aa\r\n"),
        "{csv}"
    );
    assert!(csv.contains(",1234.5,2026-12-25,Gold,x\r\n"), "{csv}");
    let again = import(&team, team.ada, &csv, false, |_, options| {
        options.duplicates = Duplicates::Update
    })
    .unwrap();
    assert_eq!((again.counts.unchanged, again.counts.rows), (2, 2));

    // Into another workspace, where there are no fields yet.
    let other = Team::new();
    let there = import(&other, other.ada, &csv, false, |_, _| {}).unwrap();
    assert_eq!(only(there.counts), (2, 0, 0));
    assert_eq!(export(&other, other.ada, &[]), csv);
    assert_eq!(names(&other), ["Size", "Since", "Level", "Aa"]);

    let left_out = import(&team, team.ada, file, false, |opening, options| {
        opening.bad_values = BadValues::LeaveOut;
        options.duplicates = Duplicates::Create;
    });
    assert_eq!(only(left_out.unwrap().counts), (3, 0, 0));
}

#[test]
fn people_enter_values_that_fit_and_keep_what_was_there() {
    let team = Team::new();
    let level = team.app.define_field(team.ada, &level()).unwrap();
    let with = |name: &str, value: &str| Contact {
        custom: [(name.to_owned(), Text::new(value))].into(),
        ..named("Ann")
    };
    for (name, value) in [("Level", "platinum"), ("Unknown", "x")] {
        let refused = team.app.create_contact(team.ada, with(name, value));
        assert!(matches!(refused, Err(Error::Rules(broken)) if broken[0].slot.to_string() == format!("custom:{name}")));
    }
    let ann = team.app.create_contact(team.ada, with("Level", "gold")).unwrap();
    let stored = team.app.contact(team.ada, ann).unwrap();
    assert_eq!(stored.contact.custom["Level"].as_str(), "Gold");
    team.app.set_choices(team.ada, level, &["Silver".to_owned()]).unwrap();
    // An existing value that is no longer a choice is kept when other values change.
    let renamed = Contact {
        last_name: "Lee".into(),
        ..stored.contact
    };
    let version = team.app.edit_contact(team.ada, ann, stored.version, renamed).unwrap();
    let refused = team.app.edit_contact(team.ada, ann, version, with("Level", "Bronze"));
    assert!(matches!(refused, Err(Error::Rules(_))));
    let found = ExportRequest {
        filter: "field:Level=gold".parse().unwrap(),
        ..request(&[])
    };
    assert_eq!(team.app.export(team.ada, &found, &mut Vec::new()).unwrap().contacts, 1);
}

#[test]
fn a_field_with_far_too_many_choices_is_refused_at_once() {
    let team = Team::new();
    let many: Vec<String> = (0..200_000).map(|n| format!("Choice {n}")).collect();
    let field = CustomField {
        choices: many.clone(),
        ..level()
    };
    assert!(matches!(team.app.define_field(team.ada, &field), Err(Error::Field(_))));
    let id = team.app.define_field(team.ada, &level()).unwrap();
    assert!(matches!(
        team.app.set_choices(team.ada, id, &many),
        Err(Error::Field(_))
    ));
    let twice = ["Gold".to_owned(), "GOLD".to_owned()];
    assert!(matches!(
        team.app.set_choices(team.ada, id, &twice),
        Err(Error::Field(_))
    ));
}
