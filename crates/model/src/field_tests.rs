use super::*;
use crate::TextField;
use proptest::prelude::*;

fn choice(choices: &[&str]) -> CustomField {
    CustomField {
        kind: FieldKind::Choice,
        choices: choices.iter().map(|c| (*c).to_owned()).collect(),
        former_choices: vec!["Bronze".to_owned()],
        ..CustomField::of_text("Level")
    }
}

fn field(kind: FieldKind) -> CustomField {
    CustomField {
        kind,
        ..CustomField::of_text("F")
    }
}

fn read(field: &CustomField, raw: &str) -> Result<String, String> {
    let month_first = Notation {
        dates: DateOrder::MonthFirst,
        ..Notation::default()
    };
    field
        .read(raw, month_first)
        .map(|text| text.to_string())
        .map_err(|m| m.what)
}

#[test]
fn each_kind_takes_its_own_values() {
    let level = choice(&["Gold", "gold plus"]);
    for (field, raw, kept) in [
        (field(FieldKind::Text), " a b ", "a b"),
        (field(FieldKind::Number), "1,234.50", "1234.5"),
        (field(FieldKind::Date), "03/04/2026", "2026-03-04"),
        (field(FieldKind::Date), "31 Dec 2026", "2026-12-31"),
        (field(FieldKind::Date), "1604-05-06", "1604-05-06"),
        (field(FieldKind::Date), "00/00/0000", ""),
        (level.clone(), "GOLD", "Gold"),
        (level.clone(), "Gold Plus", "gold plus"),
        (level.clone(), "", ""),
    ] {
        assert_eq!(read(&field, raw).as_deref(), Ok(kept), "{raw}");
    }
    for (field, raw) in [
        (field(FieldKind::Number), "12 kg"),
        (field(FieldKind::Date), "soon"),
        (field(FieldKind::Date), "--03-04"),
        (field(FieldKind::Date), "2026-02-30"),
        (level.clone(), "silver"),
        (level.clone(), "Bronze"),
    ] {
        assert!(read(&field, raw).is_err(), "{raw}");
    }
    assert_eq!(level.former("bronze"), Some("Bronze"));
    assert!(level.no_choice().advice.contains("Gold, gold plus"));
}

fn rules() -> ContactRules {
    ContactRules {
        fields: vec![
            field(FieldKind::Number),
            choice(&["Gold"]),
            CustomField {
                archived: true,
                ..CustomField::of_text("Old")
            },
        ],
        required: vec![Slot::Text(TextField::Company), Slot::Custom("F".to_owned())],
    }
}

fn contact(custom: &[(&str, &str)]) -> Contact {
    Contact {
        company: "Acme".into(),
        custom: custom.iter().map(|(n, v)| ((*n).to_owned(), Text::new(v))).collect(),
        ..Contact::default()
    }
}

#[test]
fn entered_values_are_checked_and_old_ones_stay() {
    let before = contact(&[("Level", "Bronze"), ("Gone", "x"), ("F", "1")]);
    let mut same = before.clone();
    assert_eq!(rules().check(&mut same, Some(&before)), []);
    assert_eq!(same, before);
    let mut wrong = contact(&[("Level", "Bronze"), ("Gone", "x"), ("F", "1,5")]);
    let broken: Vec<String> = rules()
        .check(&mut wrong, None)
        .into_iter()
        .map(|b| b.slot.to_string())
        .collect();
    assert_eq!(broken, ["custom:Gone", "custom:Level"]);
    assert_eq!(wrong.custom["F"].as_str(), "1.5");
}

#[test]
fn what_is_required_is_asked_for() {
    let mut nothing = Contact::default();
    let broken: Vec<String> = rules().check(&mut nothing, None).into_iter().map(|b| b.what).collect();
    assert_eq!(broken, ["Company is required here", "F is required here"]);
}

#[test]
fn values_stand_in_the_order_of_their_fields() {
    let contact = contact(&[("Other", "4"), ("Old", "3"), ("Level", "2"), ("F", "1")]);
    let rules = rules();
    let order: Vec<(&str, bool)> = rules.in_order(&contact).into_iter().map(|(n, _, on)| (n, on)).collect();
    assert_eq!(order, [("F", true), ("Level", true), ("Old", false), ("Other", false)]);
}

#[test]
fn rules_are_stored_as_they_are() {
    let json = serde_json::to_string(&rules()).unwrap();
    assert_eq!(serde_json::from_str::<ContactRules>(&json).unwrap(), rules());
    assert_eq!(
        serde_json::from_str::<ContactRules>("{}").unwrap(),
        ContactRules::default()
    );
}

proptest! {
    #[test]
    fn what_is_kept_is_read_as_itself(raw in "\\PC{0,16}|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}") {
        for custom in FieldKind::ALL.map(field).into_iter().chain([choice(&["Ä b", "c"])]) {
            if let Ok(kept) = custom.read(&raw, Notation { dates: DateOrder::MonthFirst, decimals: DecimalSign::Comma }) {
                prop_assert_eq!(custom.read(kept.as_str(), Notation::default()), Ok(kept.clone()));
            }
        }
    }
}
