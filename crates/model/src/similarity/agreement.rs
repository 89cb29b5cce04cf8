//! How far two contacts agree, field by field, if no single field decides: typing errors in several of them.
//!
//! Each field adds to or subtracts from a sum, by how rarely it agrees by chance. The birthday or an identifying
//! number must agree, at least nearly, because hardly any two people share them; names that nearly agree prove nothing
//! alone.

use super::compared::Compared;
use super::given::{self, Given};
use super::letters::letters_apart;
use super::name_part::NamePart;
use super::names::Name;
use super::places::Place;
use crate::birthday::Birthday;
use std::iter::{once, repeat_n};

/// How far two values of a field agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Agrees {
    No,
    Nearly,
    Yes,
}

/// The weights of a field if it agrees, nearly agrees, and disagrees.
type Weights = [i32; 3];

const BIRTHDAY: Weights = [10, 6, -8];
const NUMBER: Weights = [12, 8, -5];
const GIVEN: Weights = [6, 4, -5];
const FAMILY: Weights = [8, 6, -6];
const STREET: Weights = [8, 6, -2];
const CITY: Weights = [4, 3, -2];
const ZIP: Weights = [4, 3, -2];
/// The sum from which two contacts may be one.
const ENOUGH: i32 = 18;

/// How far the fields of two contacts agree.
pub(super) struct Agreement<'a> {
    /// The certainty that the contacts are one, from 0 to 100.
    pub strength: u8,
    birthday: Option<Agrees>,
    /// With the name of the custom field.
    number: Option<(Agrees, &'a str)>,
    /// Whether given and family name are swapped.
    turned: bool,
    /// Street, city and zip code.
    places: [Option<Agrees>; 3],
}

/// Returns how far two contacts agree. `None` if it is not enough to be possible.
pub(super) fn agreement<'a>(a: &'a Compared, b: &Compared) -> Option<Agreement<'a>> {
    let (name_a, name_b) = (&a.identity.name, &b.identity.name);
    let birthday = birthdays(a.identity.birthday, b.identity.birthday);
    let number = numbers(a, b);
    let number_agrees = number.map(|(agrees, _)| agrees);
    let anchor = birthday.max(number_agrees);
    if anchor.is_none_or(|agrees| agrees == Agrees::No) {
        return None;
    }
    if name_a.generation_differs(name_b) || name_a.address_differs(name_b) {
        return None;
    }
    let names = names(name_a, name_b);
    // Twins agree in everything but the given name, and couples in everything else.
    let certain = match number_agrees {
        Some(Agrees::Yes) => true,
        Some(Agrees::Nearly) => birthday == Some(Agrees::Yes),
        _ => false,
    };
    if !certain
        && (names.given == Some(Agrees::No) || names.family == Some(Agrees::No) && names.given != Some(Agrees::Yes))
    {
        return None;
    }
    let places = places(a, b);
    let [street, city, zip] = places;
    let fields = [
        (birthday, BIRTHDAY),
        (number_agrees, NUMBER),
        (names.given, GIVEN),
        (names.family, FAMILY),
        (street, STREET),
        (city, CITY),
        (zip, ZIP),
    ];
    let sum: i32 = fields.iter().map(|(agrees, weights)| weight(*agrees, *weights)).sum();
    (sum >= ENOUGH).then(|| Agreement {
        strength: u8::try_from((20 + (sum - ENOUGH) * 2).clamp(20, 84)).unwrap_or(20),
        birthday,
        number,
        turned: names.turned,
        places,
    })
}

impl Agreement<'_> {
    /// The reasons, worded for users.
    pub fn reasons(&self, a: &Compared, b: &Compared) -> Vec<String> {
        let reason = |agrees: Option<Agrees>, what: &str| match agrees {
            Some(Agrees::Yes) => Some(format!("same {what}")),
            Some(Agrees::Nearly) => Some(format!("{what} alike")),
            _ => None,
        };
        let (shown_a, shown_b) = (a.display_name(), b.display_name());
        let names = if self.turned {
            format!("names swapped: {shown_a} / {shown_b}")
        } else if shown_a == shown_b {
            format!("same name: {shown_a}")
        } else {
            format!("names: {shown_a} / {shown_b}")
        };
        let [street, city, zip] = self.places;
        once(names)
            .chain(reason(self.birthday, "birthday"))
            .chain(self.number.and_then(|(agrees, field)| reason(Some(agrees), field)))
            .chain(reason(street, "street"))
            .chain(reason(city, "city"))
            .chain(reason(zip, "zip code"))
            .collect()
    }
}

fn weight(agrees: Option<Agrees>, [yes, nearly, no]: Weights) -> i32 {
    match agrees {
        Some(Agrees::Yes) => yes,
        Some(Agrees::Nearly) => nearly,
        Some(Agrees::No) => no,
        None => 0,
    }
}

/// Compares two texts that are folded and have no blanks. `None` if one of them is empty.
fn texts(a: impl Iterator<Item = char> + Clone, b: impl Iterator<Item = char> + Clone) -> Option<Agrees> {
    let shortest = a.clone().count().min(b.clone().count());
    if shortest == 0 {
        return None;
    }
    if a.clone().eq(b.clone()) {
        return Some(Agrees::Yes);
    }
    let near = match shortest {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    Some(if letters_apart(a, b) <= near {
        Agrees::Nearly
    } else {
        Agrees::No
    })
}

fn birthdays(a: Option<Birthday>, b: Option<Birthday>) -> Option<Agrees> {
    let (a, b) = (a?, b?);
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
    let digits = letters_apart(written(a), written(b));
    Some(if turned || digits == 1 || same == 2 && digits <= 2 {
        Agrees::Nearly
    } else {
        Agrees::No
    })
}

/// Returns the characters of a day, as its `Display` writes it.
fn written(day: Birthday) -> impl Iterator<Item = char> {
    let digit = |number: u16, of: u16| char::from(b'0' + u8::try_from(number / of % 10).unwrap_or_default());
    let two = move |number: u8| [digit(number.into(), 10), digit(number.into(), 1)];
    let year = day.year().map(|year| [1000, 100, 10, 1].map(|of| digit(year, of)));
    let before_month = if year.is_some() { 1 } else { 2 };
    year.into_iter()
        .flatten()
        .chain(repeat_n('-', before_month))
        .chain(two(day.month()))
        .chain(once('-'))
        .chain(two(day.day()))
}

/// Returns the custom field with an identifying number that agrees best.
fn numbers<'a>(a: &'a Compared, b: &Compared) -> Option<(Agrees, &'a str)> {
    let compared = a.numbers.iter().filter_map(|(name, of_a)| {
        let (_, of_b) = b.numbers.iter().find(|(other, _)| other == name)?;
        Some((texts(of_a.chars(), of_b.chars())?, name.as_str()))
    });
    compared.max_by_key(|(agrees, _)| *agrees)
}

struct NamesAgree {
    given: Option<Agrees>,
    family: Option<Agrees>,
    /// Whether given and family name are swapped.
    turned: bool,
}

fn names(a: &Name, b: &Name) -> NamesAgree {
    let part = |a: &NamePart, b: &NamePart| {
        let initial = |short: &NamePart, long: &NamePart| {
            short.text().chars().count() == 1 && long.text().starts_with(short.text())
        };
        match texts(a.plain(), b.plain()) {
            Some(Agrees::No) if initial(a, b) || initial(b, a) => Some(Agrees::Nearly),
            Some(Agrees::No) if given::compare(a, b) == Given::Nickname => Some(Agrees::Nearly),
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

/// Returns how streets, cities and zip codes agree in the two addresses that agree best.
fn places(a: &Compared, b: &Compared) -> [Option<Agrees>; 3] {
    let compared = |x: &Place, y: &Place| {
        [
            texts(x.street.chars(), y.street.chars()),
            texts(joined(x.city.as_deref()), joined(y.city.as_deref())),
            texts(joined(x.zip.as_deref()), joined(y.zip.as_deref())),
        ]
    };
    let sum =
        |[street, city, zip]: &[Option<Agrees>; 3]| weight(*street, STREET) + weight(*city, CITY) + weight(*zip, ZIP);
    let pairs = a.places.iter().flat_map(|x| b.places.iter().map(move |y| (x, y)));
    pairs.map(|(x, y)| compared(x, y)).max_by_key(sum).unwrap_or([None; 3])
}

fn joined(text: Option<&str>) -> impl Iterator<Item = char> + Clone {
    text.unwrap_or_default().chars().filter(|c| *c != ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_everywhere() {
        for (year, month, day) in [(Some(1984), 3, 9), (None, 12, 31), (Some(2001), 10, 20)] {
            let day = Birthday::new(year, month, day).unwrap();
            assert_eq!(written(day).collect::<String>(), day.to_string());
        }
    }
}
