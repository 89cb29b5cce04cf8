//! A proposal for every column: layout, name, parts of the name, likeness, values; with confidence and reason.

use super::column::Column;
use super::header_words::{is_number, squeezed, words};
use super::layouts::{Layout, recognise};
use super::lexicon::{Field, LanguageNo, Qualifier, TakenApart, lexicon};
use super::neighbours::{give_label_columns, one_column_a_slot, read_names_in_company};
use super::values::Profile;
use crate::native::slot_of_header;
use model::{AddressPart, Label, Slot, TextField};
use std::collections::HashMap;

/// How many columns without a known name are compared by likeness; a file with more is no contact list by hand.
const MOST_COMPARED: usize = 200;

/// Proposes a slot for every column. Gives the layout's id as well, if one is known.
pub fn propose(header: &[String], has_header: bool, sample: &[Vec<String>]) -> (Option<&'static str>, Vec<Column>) {
    let layout = if has_header { recognise(header) } else { None };
    let profiles: Vec<Profile> = (0..header.len())
        .map(|i| Profile::of(sample.iter().filter_map(|row| row.get(i)).map(String::as_str)))
        .collect();
    let mut columns = by_name(header, has_header, layout);
    read_names_in_company(&mut columns, &profiles);
    by_values(&mut columns, &profiles, has_header);
    by_likeness(&mut columns);
    give_label_columns(&mut columns);
    one_column_a_slot(&mut columns, &profiles);
    (layout.map(|l| l.id.as_str()), columns)
}

/// The reason of columns that nothing is known of yet.
const UNKNOWN: &str = "not known; the column is left out";

fn by_name(header: &[String], has_header: bool, layout: Option<&'static Layout>) -> Vec<Column> {
    if !has_header {
        return header.iter().map(|h| Column::new(h, None, 0.0, UNKNOWN)).collect();
    }
    let votes = language_votes(header);
    header
        .iter()
        .map(|h| {
            by_layout(h, layout)
                .or_else(|| by_group(h))
                .or_else(|| by_whole_name(h, &votes))
                .or_else(|| by_parts(h, header, &votes))
                .unwrap_or_else(|| Column::new(h, None, 0.0, UNKNOWN))
        })
        .collect()
}

fn by_layout(header: &str, layout: Option<&'static Layout>) -> Option<Column> {
    let layout = layout?;
    let reason = format!("known column of {}", layout.name);
    if layout.id == "crystalqore"
        && let Some(slot) = slot_of_header(header)
    {
        return Some(Column::new(header, Some(slot), 1.0, reason));
    }
    match layout.slot(header)? {
        Some(slot) => Some(Column::new(header, Some(slot.clone()), 1.0, reason)),
        None => Some(Column::new(header, None, 1.0, format!("{reason}, none of our fields"))),
    }
}

/// Numbered groups as Google writes them: `Phone 1 - Value`, `Address 2 - City`.
fn by_group(header: &str) -> Option<Column> {
    let (group, part) = header.rsplit_once(" - ")?;
    let group = words(group);
    let (number, name) = group.split_last()?;
    let number: usize = number.parse().ok()?;
    let part = squeezed(part);
    let label = if number < 2 {
        Label::NONE
    } else {
        Label::exact(&number.to_string())
    };
    let address = |part| Some(Slot::Address(label.clone(), part));
    let slot = match (name.concat().as_str(), part.as_str()) {
        ("email", "value") => Some(Slot::Email(Label::NONE)),
        ("phone", "value") => Some(Slot::Phone(Label::NONE)),
        ("website", "value") => Some(Slot::Website(Label::NONE)),
        ("address", "street") => address(AddressPart::Street),
        ("address", "city") => address(AddressPart::City),
        ("address", "region") => address(AddressPart::State),
        ("address", "postalcode") => address(AddressPart::ZipCode),
        ("address", "country") => address(AddressPart::Country),
        ("organization", "name") if number == 1 => Some(Slot::Text(TextField::Company)),
        ("organization", "title") if number == 1 => Some(Slot::Text(TextField::Title)),
        ("organization", "department") if number == 1 => Some(Slot::Text(TextField::Department)),
        (
            "email" | "phone" | "website" | "address" | "organization" | "event" | "relation" | "im" | "customfield",
            _,
        ) => None,
        _ => return None,
    };
    let reason = if slot.is_some() {
        "a column of a numbered group"
    } else {
        "a column of a numbered group, none of our fields"
    };
    Some(Column::new(header, slot, 1.0, reason))
}

/// How many headers each language knows: neighbours decide what an ambiguous name means.
fn language_votes(header: &[String]) -> HashMap<LanguageNo, usize> {
    let mut votes = HashMap::new();
    for meanings in header.iter().filter_map(|h| lexicon().whole(h)) {
        for (language, _) in meanings {
            *votes.entry(*language).or_default() += 1;
        }
    }
    votes
}

/// The meaning that the most neighbours' languages speak for; English where nothing else decides.
fn decide(meanings: &[(LanguageNo, Field)], votes: &HashMap<LanguageNo, usize>) -> Option<Field> {
    let weight = |field: Field| {
        let languages = meanings.iter().filter(|(_, f)| *f == field).map(|(l, _)| *l);
        let best = languages
            .clone()
            .map(|l| votes.get(&l).copied().unwrap_or_default())
            .max()
            .unwrap_or_default();
        (best, languages.clone().count(), std::cmp::Reverse(languages.min()))
    };
    meanings
        .iter()
        .map(|(_, field)| *field)
        .max_by_key(|field| weight(*field))
}

fn by_whole_name(header: &str, votes: &HashMap<LanguageNo, usize>) -> Option<Column> {
    let meanings = lexicon().whole(header)?;
    let field = decide(meanings, votes)?;
    let confidence = if meanings.iter().all(|(_, f)| *f == field) {
        0.98
    } else {
        0.9
    };
    // The name may be listed whole and yet tell a kind: `Home Address`.
    let qualifiers = match slot_of(field, &[], header) {
        Some(Slot::Email(_) | Slot::Address(..) | Slot::Website(_)) => lexicon().qualifiers_in(&words(header)),
        _ => Vec::new(),
    };
    match slot_of(field, &qualifiers, header) {
        Some(slot) => Some(Column::new(header, Some(slot), confidence, "known name")),
        None => Some(Column::new(header, None, confidence, "known name, none of our fields")),
    }
}

fn by_parts(header: &str, all: &[String], votes: &HashMap<LanguageNo, usize>) -> Option<Column> {
    let words = words(header);
    if words.is_empty() || words.len() > 8 {
        return None;
    }
    if is_label_of_neighbour(&words, all) || asks_yes_or_no(&words) {
        return None;
    }
    let TakenApart { meanings, qualifiers } = lexicon().taken_apart(&words)?;
    let field = decide(&meanings, votes)?;
    if counts_something(&words, field) {
        return None;
    }
    let slot = slot_of(field, &qualifiers, header)?;
    Some(Column::new(
        header,
        Some(slot),
        0.9,
        "a known name with words that tell its kind",
    ))
}

/// `Phone 1 Type` beside `Phone 1` is no phone.
fn is_label_of_neighbour(words: &[String], all: &[String]) -> bool {
    matches!(words.last().map(String::as_str), Some("type" | "label"))
        && all.iter().any(|h| squeezed(h) == words[..words.len() - 1].concat())
}

/// `Is a company` holds yes or no.
fn asks_yes_or_no(words: &[String]) -> bool {
    words.len() > 1 && ["is", "has", "ist", "hat", "est", "es", "e", "are", "do", "does"].contains(&words[0].as_str())
}

/// `Company number` is a number and no company; `Phone number` is a phone.
fn counts_something(words: &[String], field: Field) -> bool {
    const NUMBER: &[&str] = &[
        "number",
        "no",
        "nr",
        "num",
        "nummer",
        "numero",
        "numer",
        "cislo",
        "id",
        "code",
        "szam",
        "номер",
        "番号",
        "号码",
        "號碼",
        "번호",
    ];
    let phone = matches!(
        field,
        Field::Phone | Field::PhoneWork | Field::PhoneMobile | Field::PhoneHome | Field::PhoneFax | Field::PhoneOther
    );
    let area = matches!(field, Field::ZipCode | Field::State | Field::Country | Field::Address);
    !phone && !area && words.iter().any(|w| NUMBER.contains(&w.as_str()))
}

/// The slot of a field with its qualifiers; none if they do not fit together or the field is none of ours.
fn slot_of(field: Field, qualifiers: &[Qualifier], header: &str) -> Option<Slot> {
    let has = |q: Qualifier| qualifiers.contains(&q);
    let number = words(header)
        .into_iter()
        .rev()
        .find(|w| is_number(w))
        .and_then(|w| w.parse::<usize>().ok())
        .unwrap_or(1);
    let label = match () {
        () if has(Qualifier::Work) => Label::exact("work"),
        () if has(Qualifier::Home) => Label::exact("home"),
        () if has(Qualifier::Other) => Label::exact("other"),
        () => Label::NONE,
    };
    let text = |field| {
        let odd = |q: &Qualifier| !matches!(q, Qualifier::Filler | Qualifier::Primary | Qualifier::Work);
        (number < 2 && !qualifiers.iter().any(odd)).then_some(Slot::Text(field))
    };
    let plain = |slot| (number < 2 && !has(Qualifier::Mobile) && !has(Qualifier::Fax)).then_some(slot);
    let phone = |own: &str| {
        let kind = match () {
            () if has(Qualifier::Fax) || own == "fax" => "fax",
            () if has(Qualifier::Mobile) || own == "mobile" => "mobile",
            () if has(Qualifier::Home) => "home",
            () if has(Qualifier::Work) => "work",
            () if has(Qualifier::Other) => "other",
            () => own,
        };
        Some(Slot::Phone(Label::exact(kind)))
    };
    let ships = words(header)
        .iter()
        .any(|w| matches!(w.as_str(), "shipping" | "delivery" | "ship" | "lieferung"));
    let address = |part| {
        // Another address is another address: its street must not join the first one's.
        let label = match () {
            () if ships => Label::exact("shipping"),
            () if label.is_none() && has(Qualifier::Second) => Label::exact("other"),
            () => label.clone(),
        };
        let label = match part {
            AddressPart::Street => label.clone(),
            _ if number > 1 => Label::exact(&number.to_string()),
            _ => label.clone(),
        };
        (!has(Qualifier::Mobile) && !has(Qualifier::Fax)).then_some(Slot::Address(label, part))
    };
    match field {
        Field::FirstName => text(TextField::FirstName),
        Field::MiddleName => text(TextField::MiddleName),
        Field::LastName => text(TextField::LastName),
        Field::Prefix => text(TextField::Prefix),
        Field::Suffix => text(TextField::Suffix),
        Field::Nickname => text(TextField::Nickname),
        Field::Company => text(TextField::Company),
        Field::Title => text(TextField::Title),
        Field::Department => text(TextField::Department),
        Field::Notes => text(TextField::Notes),
        Field::FullName => text(TextField::FirstName).map(|_| Slot::FullName),
        Field::Email => (!has(Qualifier::Fax)).then_some(Slot::Email(label)),
        Field::Website => (!has(Qualifier::Fax)).then_some(Slot::Website(label)),
        Field::Phone | Field::PhoneWork => phone("work"),
        Field::PhoneMobile => phone("mobile"),
        Field::PhoneHome => phone("home"),
        Field::PhoneFax => phone("fax"),
        Field::PhoneOther => phone("other"),
        Field::Address => address(AddressPart::Street),
        Field::City => address(AddressPart::City),
        Field::State => address(AddressPart::State),
        Field::ZipCode => address(AddressPart::ZipCode),
        Field::Country => address(AddressPart::Country),
        Field::Tags => plain(Slot::Tags),
        Field::Birthday => plain(Slot::Birthday),
        Field::None => None,
    }
}

/// Columns whose name says nothing may say it by their values; values may also show that a name misleads.
fn by_values(columns: &mut [Column], profiles: &[Profile], has_header: bool) {
    for (column, profile) in columns.iter_mut().zip(profiles) {
        let misled = match &column.slot {
            Some(Slot::Email(_)) => profile.excludes_email(),
            Some(Slot::Phone(_)) => profile.excludes_phone(),
            _ => false,
        };
        if misled && column.confidence < 1.0 {
            column.proposal = column.slot.take();
            column.confidence = 0.3;
            column.reason = "the name fits, but none of the values does; the column is left out".to_owned();
        }
        if column.reason != UNKNOWN {
            continue;
        }
        let found = match () {
            () if profile.is_email() => Some((Slot::Email(Label::NONE), 0.85, "the values are email addresses")),
            () if profile.is_website() => Some((Slot::Website(Label::NONE), 0.6, "the values are web addresses")),
            () if profile.is_phone() => Some((
                Slot::Phone(Label::exact("work")),
                0.8,
                "the values are telephone numbers",
            )),
            () => None,
        };
        if let Some((slot, confidence, reason)) = found {
            let sure = confidence >= 0.8 || !has_header;
            (column.slot, column.proposal) = if sure { (Some(slot), None) } else { (None, Some(slot)) };
            column.confidence = confidence;
            column.reason = reason.to_owned();
        }
    }
    if !has_header {
        names_by_values(columns, profiles);
    }
}

/// Without a header the first two columns of single words are given and family name, or the first of several words is
/// the whole name.
fn names_by_values(columns: &mut [Column], profiles: &[Profile]) {
    let open: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].slot.is_none()).collect();
    let mut give = |i: usize, slot: Slot, reason: &str| {
        columns[i].slot = Some(slot);
        columns[i].confidence = 0.6;
        columns[i].reason = reason.to_owned();
    };
    let singles: Vec<usize> = open
        .iter()
        .copied()
        .filter(|i| profiles[*i].is_one_name())
        .take(2)
        .collect();
    if let [first, last] = singles[..] {
        give(
            first,
            Slot::Text(TextField::FirstName),
            "the first column of single words; which name is which is a guess",
        );
        give(
            last,
            Slot::Text(TextField::LastName),
            "the second column of single words; which name is which is a guess",
        );
    } else if let Some(full) = open.iter().copied().find(|i| profiles[*i].is_full_name()) {
        give(full, Slot::FullName, "the values look like whole names");
    }
}

/// Names that are nearly a known one are shown as proposals; they are applied only where the values agree, which
/// `by_values` has done by now.
fn by_likeness(columns: &mut [Column]) {
    for column in columns.iter_mut().filter(|c| c.reason == UNKNOWN).take(MOST_COMPARED) {
        let name = squeezed(&column.header);
        if name.chars().count() < 5 {
            continue;
        }
        let nearest = lexicon()
            .names()
            .filter(|(known, _)| known.len().abs_diff(name.len()) <= 3)
            .map(|(known, meanings)| (strsim::jaro_winkler(known, &name), known, meanings))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        let Some((likeness, known, meanings)) = nearest.filter(|(likeness, ..)| *likeness > 0.9) else {
            continue;
        };
        let field = meanings.first().map(|(_, field)| *field);
        if let Some(slot) = field.and_then(|f| slot_of(f, &[], &column.header)) {
            column.proposal = Some(slot);
            column.confidence = (likeness - 0.4).max(0.0);
            column.reason = format!("the name resembles \"{known}\"; not sure enough to be applied");
        }
    }
}
