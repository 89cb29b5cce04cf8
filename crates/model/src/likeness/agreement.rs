//! How far two contacts agree, field by field, where no single field decides: slips in several of them.
//!
//! Each field speaks for one person or for two, by how rarely it agrees by chance. Something that hardly two people share
//! must agree, the birthday or a number by which others know the contact; names that nearly agree prove nothing alone.

use super::compared::Compared;
use super::names::{Name, letters_apart};
use super::places::Place;
use crate::birthday::Birthday;
use crate::contact::Contact;

/// How two values of a field go together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Agrees {
    No,
    Nearly,
    Yes,
}

/// What a field counts when it agrees, nearly agrees and does not.
type Weights = [i32; 3];

const BIRTHDAY: Weights = [10, 6, -8];
const NUMBER: Weights = [12, 8, -5];
const GIVEN: Weights = [6, 4, -5];
const FAMILY: Weights = [8, 6, -6];
const STREET: Weights = [8, 6, -2];
const CITY: Weights = [4, 3, -2];
const ZIP: Weights = [4, 3, -2];
/// From this sum on two contacts may be one.
const ENOUGH: i32 = 18;

/// What was found.
pub(super) struct Agreement {
    /// How sure it is, from 0 to 100.
    pub strength: u8,
    pub reasons: Vec<String>,
}

/// How far two contacts agree; none where it is not enough to ask.
pub(super) fn agreement(a: &Compared<'_>, b: &Compared<'_>) -> Option<Agreement> {
    let birthday = birthdays(&a.contact, &b.contact);
    let number = numbers(a, b);
    let anchor = birthday.max(number.as_ref().map(|(agrees, _)| *agrees));
    if anchor.is_none_or(|agrees| agrees == Agrees::No) {
        return None;
    }
    if a.name.generation_differs(&b.name) || a.name.address_differs(&b.name) {
        return None;
    }
    let names = names(&a.name, &b.name);
    // Twins have all but the given name in common, and couples the rest.
    let certain = match number.as_ref().map(|(agrees, _)| *agrees) {
        Some(Agrees::Yes) => true,
        Some(Agrees::Nearly) => birthday == Some(Agrees::Yes),
        _ => false,
    };
    if !certain
        && (names.given == Some(Agrees::No) || names.family == Some(Agrees::No) && names.given != Some(Agrees::Yes))
    {
        return None;
    }
    let [street, city, zip] = places(a, b);
    let fields = [
        (birthday, BIRTHDAY),
        (number.as_ref().map(|(agrees, _)| *agrees), NUMBER),
        (names.given, GIVEN),
        (names.family, FAMILY),
        (street, STREET),
        (city, CITY),
        (zip, ZIP),
    ];
    let sum: i32 = fields.iter().map(|(agrees, weights)| weight(*agrees, *weights)).sum();
    if sum < ENOUGH {
        return None;
    }
    let mut reasons = Vec::new();
    let reason = |agrees: Option<Agrees>, what: &str| match agrees {
        Some(Agrees::Yes) => Some(format!("same {what}")),
        Some(Agrees::Nearly) => Some(format!("{what} alike")),
        _ => None,
    };
    let (shown_a, shown_b) = (a.contact.display_name(), b.contact.display_name());
    if names.turned {
        reasons.push(format!("names swapped: {shown_a} / {shown_b}"));
    } else if shown_a == shown_b {
        reasons.push(format!("same name: {shown_a}"));
    } else {
        reasons.push(format!("names: {shown_a} / {shown_b}"));
    }
    reasons.extend(reason(birthday, "birthday"));
    reasons.extend(number.as_ref().and_then(|(agrees, field)| reason(Some(*agrees), field)));
    reasons.extend(reason(street, "street"));
    reasons.extend(reason(city, "city"));
    reasons.extend(reason(zip, "zip code"));
    Some(Agreement {
        strength: u8::try_from((20 + (sum - ENOUGH) * 2).clamp(20, 84)).unwrap_or(20),
        reasons,
    })
}

fn weight(agrees: Option<Agrees>, [yes, nearly, no]: Weights) -> i32 {
    match agrees {
        Some(Agrees::Yes) => yes,
        Some(Agrees::Nearly) => nearly,
        Some(Agrees::No) => no,
        None => 0,
    }
}

/// Two texts, folded and without blanks; none if one of them is empty.
fn texts(a: &str, b: &str) -> Option<Agrees> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(Agrees::Yes);
    }
    let shortest = a.chars().count().min(b.chars().count());
    let apart = letters_apart(a, b);
    let near = match shortest {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    Some(if apart <= near { Agrees::Nearly } else { Agrees::No })
}

fn birthdays(a: &Contact, b: &Contact) -> Option<Agrees> {
    let (a, b) = (a.birthday?, b.birthday?);
    if a == b {
        return Some(Agrees::Yes);
    }
    let turned = a.year() == b.year() && (a.month(), a.day()) == (b.day(), b.month());
    let parts = |day: Birthday| {
        [
            day.year().unwrap_or_default(),
            u16::from(day.month()),
            u16::from(day.day()),
        ]
    };
    let same = parts(a).iter().zip(parts(b)).filter(|(x, y)| **x == *y).count();
    let digits = letters_apart(&a.to_string(), &b.to_string());
    Some(if turned || digits == 1 || same == 2 && digits <= 2 {
        Agrees::Nearly
    } else {
        Agrees::No
    })
}

/// The custom field that is a number by which others know the contact and that agrees best.
fn numbers(a: &Compared<'_>, b: &Compared<'_>) -> Option<(Agrees, String)> {
    let compared = a.numbers().iter().filter_map(|(name, of_a)| {
        let (_, of_b) = b.numbers().iter().find(|(other, _)| other == name)?;
        Some((texts(of_a, of_b)?, name.clone()))
    });
    compared.max_by_key(|(agrees, _)| *agrees)
}

struct NamesAgree {
    given: Option<Agrees>,
    family: Option<Agrees>,
    /// Whether they stand in each other's place.
    turned: bool,
}

fn names(a: &Name, b: &Name) -> NamesAgree {
    let part = |a: &str, b: &str| {
        let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
        match texts(&a.replace(' ', ""), &b.replace(' ', "")) {
            Some(Agrees::No) if initial(a, b) || initial(b, a) => Some(Agrees::Nearly),
            Some(Agrees::No) if super::given::compare(a, b) == super::given::Given::Nickname => Some(Agrees::Nearly),
            agrees => agrees,
        }
    };
    let straight = [part(&a.given, &b.given), part(&a.family, &b.family)];
    let across = [part(&a.given, &b.family), part(&a.family, &b.given)];
    let sum = |[given, family]: [Option<Agrees>; 2]| weight(given, GIVEN) + weight(family, FAMILY);
    let turned = sum(across) > sum(straight);
    let [given, family] = if turned { across } else { straight };
    NamesAgree { given, family, turned }
}

/// How streets, cities and zip codes agree in the two addresses that agree best.
fn places(a: &Compared<'_>, b: &Compared<'_>) -> [Option<Agrees>; 3] {
    let joined = |text: &Option<String>| text.as_deref().unwrap_or_default().replace(' ', "");
    let compared = |x: &Place, y: &Place| {
        [
            texts(&x.street, &y.street),
            texts(&joined(&x.city), &joined(&y.city)),
            texts(&joined(&x.zip), &joined(&y.zip)),
        ]
    };
    let sum =
        |[street, city, zip]: &[Option<Agrees>; 3]| weight(*street, STREET) + weight(*city, CITY) + weight(*zip, ZIP);
    let pairs = a.places().iter().flat_map(|x| b.places().iter().map(move |y| (x, y)));
    pairs.map(|(x, y)| compared(x, y)).max_by_key(sum).unwrap_or([None; 3])
}
