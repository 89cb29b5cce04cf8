//! Whether two contacts are the same person or company, and why.
//!
//! Owns the judgement: what a shared email or phone means beside the names, and when names, company, place and birthday are
//! reason enough to ask a person. A function of the two contacts. Leaves out finding the two among many (`blocks` gives
//! what to look for), and what is done about it.

mod agreement;
mod blocks;
mod compared;
mod evidence;
#[cfg(test)]
mod filling;
mod generation;
mod given;
mod identity;
mod letters;
mod name_part;
mod names;
mod nicknames;
mod numbers;
mod places;
mod scripts;
mod sketch;
mod spelling;
#[cfg(test)]
mod table;
mod texts;

use crate::birthday::Birthday;
use crate::contact::Contact;
use crate::key::MatchKey;
use agreement::agreement;
use evidence::{BIRTHDAY, Evidence, is_birthday_same};
use identity::Identity;
use name_part::NamePart;
use names::{Name, Names};

pub use blocks::{Block, blocks};
pub use compared::Compared;
pub use sketch::Sketch;

/// What two contacts are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Two.
    Different,
    /// Perhaps one: a person must say.
    Possible,
    /// One.
    Same,
}

/// A judgement of two contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    /// What they are.
    pub verdict: Verdict,
    /// How sure it is that they are one, from 0 to 100; for an order, not for arithmetic.
    pub strength: u8,
}

impl Rating {
    const DIFFERENT: Self = Self {
        verdict: Verdict::Different,
        strength: 0,
    };

    const fn possible(strength: u8) -> Self {
        Self {
            verdict: Verdict::Possible,
            strength,
        }
    }
}

/// A judgement of two contacts, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// What they are.
    pub verdict: Verdict,
    /// How sure it is that they are one, as in [`Rating`].
    pub strength: u8,
    /// Why, each a few words: `same phone +1 202 555 0101`, `names alike: Jon / John`.
    pub reasons: Vec<String>,
}

/// Judges two contacts by all that is known of them.
pub fn likeness(a: &Contact, b: &Contact) -> Likeness {
    let (a, b) = (&Compared::new(a), &Compared::new(b));
    let rating = rate(a, b);
    Likeness {
        verdict: rating.verdict,
        strength: rating.strength,
        reasons: reasons(a, b, rating.verdict),
    }
}

/// The same without words.
pub fn rate(a: &Compared, b: &Compared) -> Rating {
    let Some(verdict) = shared_keys(a, b).map(|key| with_shared(a, b, key)).max() else {
        return rate_values(a, b);
    };
    let names = names::compare(&a.identity.name, &b.identity.name);
    let by_email = shared_keys(a, b).any(MatchKey::is_email);
    let strength = match (verdict, by_email) {
        (Verdict::Same, true) => 95,
        (Verdict::Same, false) => 85,
        _ if names.alike() || names == Names::Neither => 60,
        _ if names == Names::GivenAlone => 50,
        (_, true) => 30,
        (_, false) => 20,
    };
    Rating { verdict, strength }
}

fn shared_keys<'a>(a: &'a Compared, b: &Compared) -> impl Iterator<Item = &'a MatchKey> {
    a.keys.iter().filter(|key| b.keys.contains(key))
}

fn with_shared(a: &Compared, b: &Compared, key: &MatchKey) -> Verdict {
    if key.is_content() {
        // Two that say the same and nothing that distinguishes them.
        Verdict::Possible
    } else {
        with_key(&a.identity, &b.identity, key)
    }
}

/// Why two contacts are rated as they are.
fn reasons(a: &Compared, b: &Compared, verdict: Verdict) -> Vec<String> {
    let mut reasons: Vec<String> = shared_keys(a, b).map(describe_key).collect();
    if reasons.is_empty() {
        return reasons_of_values(a, b);
    }
    let (of_a, of_b) = (&a.identity, &b.identity);
    reasons.extend(describe_names(a, b));
    reasons.extend(Evidence::describe(a, b).reasons);
    if verdict == Verdict::Possible && births_far(of_a.birthday, of_b.birthday) && !two_generations(of_a, of_b) {
        reasons.push("but another birthday".to_owned());
    }
    if verdict == Verdict::Possible && of_a.name.middle_differs(&of_b.name) {
        reasons.push("but another middle name".to_owned());
    }
    reasons
}

/// Judges two contacts that share a match key: the same, or possibly the same. What it looks at beside the key is the
/// names, the company, the name's suffix and the birthday.
pub fn by_key(a: &Contact, b: &Contact, key: &MatchKey) -> Verdict {
    if identity::is_equal(a, b) {
        return Verdict::Same;
    }
    with_key(&Identity::from_contact(a), &Identity::from_contact(b), key)
}

fn with_key(a: &Identity, b: &Identity, key: &MatchKey) -> Verdict {
    if !key.is_email() && !key.is_phone() {
        return Verdict::Same;
    }
    let shared_by_many = key.is_email() && places::is_shared(key.value());
    let (name_a, name_b) = (&a.name, &b.name);
    let same = match names::compare(name_a, name_b) {
        Names::Neither => !a.company.differs(&b.company),
        Names::OneOnly => nameless_is_person(a, b, key, shared_by_many),
        // A name changed by marriage: the mailbox must be this person's, and not one that colleagues or guests share.
        Names::GivenAlone | Names::Near => {
            key.is_email() && !shared_by_many && (speaks_of(key, name_a) || speaks_of(key, name_b))
        }
        Names::Equal | Names::Swapped | Names::Slip => true,
        // Households have one number, and in them Lea and Lena, Jan and Johannes, J. and Jane.
        Names::Nickname | Names::GivenSlip | Names::Part if key.is_phone() => a.company.is_same(&b.company),
        Names::Nickname => !shared_by_many,
        // Lea and Lena again: the mailbox must be that of one of them.
        Names::GivenSlip => !shared_by_many && [name_a, name_b].iter().any(|name| carries(key, &name.given)),
        // In a household there is one of each given name.
        Names::GivenPart if key.is_phone() => !a.company.differs(&b.company),
        Names::GivenPart => !shared_by_many,
        Names::Part => !shared_by_many && ![name_a, name_b].iter().any(|name| is_of_family(key, name)),
        Names::Beginning | Names::Couple | Names::FamilyAlone | Names::Other => false,
    };
    let against = two_generations(a, b)
        || births_far(a.birthday, b.birthday)
        || name_a.middle_differs(name_b)
        || name_a.address_differs(name_b);
    if same && !against {
        Verdict::Same
    } else {
        Verdict::Possible
    }
}

/// Why two that share a match key are not surely one, as what follows a `but`.
pub fn doubt(a: &Contact, b: &Contact) -> &'static str {
    let (a, b) = (&Identity::from_contact(a), &Identity::from_contact(b));
    let (name_a, name_b) = (&a.name, &b.name);
    match names::compare(name_a, name_b) {
        Names::Neither => "another company",
        Names::OneOnly => "only one of the two has the name of a person",
        Names::GivenAlone => "another family name",
        Names::FamilyAlone => "another given name",
        Names::Other => "another name",
        Names::Couple => "one of the two is a couple",
        _ if two_generations(a, b) => "the two are of two generations",
        _ if name_a.middle_differs(name_b) => "another middle name",
        _ if name_a.address_differs(name_b) => "one is a man and the other a woman",
        _ if births_far(a.birthday, b.birthday) => "another birthday",
        _ => "a name that is only alike",
    }
}

/// Whether the part of an address before the `@` carries one of the names.
fn speaks_of(key: &MatchKey, name: &Name) -> bool {
    carries(key, &name.given) || carries(key, &name.family)
}

fn carries(key: &MatchKey, part: &NamePart) -> bool {
    part.text().chars().count() > 2 && places::bare_local(key.value()).contains(&part.plain().collect::<String>())
}

/// Whether an address is the family name and nothing else: that of a household.
fn is_of_family(key: &MatchKey, name: &Name) -> bool {
    places::bare_local(key.value()).chars().eq(name.family.plain())
}

/// A contact without a name and one with a name: the firm's own entry and somebody there are two.
fn nameless_is_person(a: &Identity, b: &Identity, key: &MatchKey, shared_by_many: bool) -> bool {
    let (nameless, person) = if a.name.is_empty() { (a, b) } else { (b, a) };
    if shared_by_many {
        return false;
    }
    if !nameless.company.is_given() {
        return true;
    }
    key.is_email() && speaks_of(key, &person.name)
}

/// Years between birthdays from which on two people of one name are parent and child.
const GENERATION: u16 = 12;

/// Parent and child of one name: another `Jr.` or `II`, or birthdays a generation apart.
fn two_generations(a: &Identity, b: &Identity) -> bool {
    if a.name.generation_differs(&b.name) {
        return true;
    }
    let year = |identity: &Identity| identity.birthday.and_then(Birthday::year);
    let years = (year(a), year(b));
    matches!(years, (Some(a), Some(b)) if a.abs_diff(b) >= GENERATION)
}

/// Judges two contacts that share no match key: different, or possibly the same.
pub fn rate_values(a: &Compared, b: &Compared) -> Rating {
    // Most of those that are compared end here.
    if a.sketch().rules_out(&b.sketch()) {
        return Rating::DIFFERENT;
    }
    rate_all_values(a, b)
}

fn rate_all_values(a: &Compared, b: &Compared) -> Rating {
    let by_names = by_names(a, b);
    match agreement(a, b) {
        Some(found) if found.strength > by_names.strength => Rating::possible(found.strength),
        _ => by_names,
    }
}

/// Why they are rated so; empty if they are different.
pub fn reasons_of_values(a: &Compared, b: &Compared) -> Vec<String> {
    let by_names = by_names(a, b);
    match agreement(a, b) {
        Some(found) if found.strength > by_names.strength => found.reasons(a, b),
        _ if by_names.verdict == Verdict::Different => Vec::new(),
        _ => {
            let names = describe_names(a, b).into_iter();
            names.chain(Evidence::describe(a, b).reasons).collect()
        }
    }
}

/// The same, by names that can be one person's and what agrees beside them.
fn by_names(a: &Compared, b: &Compared) -> Rating {
    let (of_a, of_b) = (&a.identity, &b.identity);
    let (name_a, name_b) = (&of_a.name, &of_b.name);
    let names = names::compare(name_a, name_b);
    let weight: i32 = match names {
        // Who has both names is known by them; `Ann` alone could be anybody.
        Names::Equal | Names::Swapped if name_a.is_whole() && name_b.is_whole() => 3,
        Names::Equal | Names::Swapped | Names::Part | Names::GivenPart | Names::Couple => 1,
        Names::Nickname | Names::Slip | Names::GivenSlip | Names::Beginning | Names::Near => 2,
        Names::GivenAlone if is_birthday_same(a, b) || of_a.company.is_same(&of_b.company) => 2,
        Names::Neither if of_a.company.is_same(&of_b.company) => 1,
        _ => return Rating::DIFFERENT,
    };
    if name_a.generation_differs(name_b) || births_differ(of_a.birthday, of_b.birthday) {
        return Rating::DIFFERENT;
    }
    let evidence = Evidence::weigh(a, b);
    if names == Names::GivenAlone && !another_family_name(a, b, &evidence) {
        return Rating::DIFFERENT;
    }
    let different_person = name_a.middle_differs(name_b) || name_a.address_differs(name_b);
    let against = evidence.against + if different_person { 2 } else { 0 };
    let sum = weight + evidence.weight - against;
    if sum < 3 || evidence.weight == 0 && against > 0 {
        return Rating::DIFFERENT;
    }
    // A whole name with a birthday or a house in common is likely one.
    Rating::possible(u8::try_from((sum * 9).clamp(10, 75)).unwrap_or(10))
}

/// Whether one given name with two family names may be one person all the same: a name changed by marriage. Two that have
/// mailboxes of the one firm are colleagues; where nothing but the firm agrees, both must be known by another mailbox.
fn another_family_name(a: &Compared, b: &Compared, evidence: &Evidence) -> bool {
    if evidence.birthday && evidence.weight > BIRTHDAY {
        return true;
    }
    let (Some(of_a), Some(of_b)) = (a.mailboxes.first(), b.mailboxes.first()) else {
        return false;
    };
    let firm = &a.identity.company;
    evidence.company && !of_a.is_of(firm) && !of_b.is_of(firm)
}

fn births_differ(a: Option<Birthday>, b: Option<Birthday>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    let same_year = a.year().is_none() || b.year().is_none() || a.year() == b.year();
    let same_day = (a.month(), a.day()) == (b.month(), b.day());
    let turned = (a.month(), a.day()) == (b.day(), b.month());
    !(same_year && (same_day || turned))
}

/// Birthdays of which nothing agrees, so that none is the other with a slip.
fn births_far(a: Option<Birthday>, b: Option<Birthday>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    let years = matches!((a.year(), b.year()), (Some(a), Some(b)) if a != b);
    years && a.month() != b.month() && a.day() != b.day()
}

fn describe_key(key: &MatchKey) -> String {
    let value = key.value();
    if key.is_email() {
        let whose = if places::is_shared(value) {
            ", an address that several may use"
        } else {
            ""
        };
        format!("same email: {value}{whose}")
    } else if key.is_phone() {
        format!("same phone: {value}")
    } else {
        "every value is the same".to_owned()
    }
}

fn describe_names(a: &Compared, b: &Compared) -> Option<String> {
    let (name_a, name_b) = (a.display_name(), b.display_name());
    let both = format!("{name_a} / {name_b}");
    Some(match names::compare(&a.identity.name, &b.identity.name) {
        Names::Neither => return None,
        Names::OneOnly => "one of them has no name of a person".to_owned(),
        _ if two_generations(&a.identity, &b.identity) => format!("same name, but two generations: {name_a}"),
        Names::Equal if name_a == name_b => format!("same name: {name_a}"),
        Names::Couple => format!("one of two people: {both}"),
        Names::Equal | Names::Slip | Names::GivenSlip | Names::Near => format!("names alike: {both}"),
        Names::Swapped => format!("names swapped: {both}"),
        Names::Nickname => format!("short form of the name: {both}"),
        Names::Beginning => format!("perhaps a short form of the name: {both}"),
        Names::Part | Names::GivenPart => format!("part of the name: {both}"),
        Names::GivenAlone => format!("same given name, another family name: {both}"),
        Names::FamilyAlone => format!("same family name, another given name: {both}"),
        Names::Other => format!("another name: {both}"),
    })
}
