//! Decides whether two contacts are the same person or company, and why.
//!
//! Defines the judgement: what a shared email or phone means together with the names, and when names, company, place
//! and birthday are enough to let a member decide. The result depends only on the two contacts. Finding the pairs
//! among many contacts is done elsewhere, with the values of `blocks`, and so is merging.

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

/// The relation between two contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They are two.
    Different,
    /// They may be one: a member must decide.
    Possible,
    /// They are one.
    Same,
}

/// The judgement of two contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    pub verdict: Verdict,
    /// The certainty that they are one, from 0 to 100; for sorting, not for arithmetic.
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

/// The judgement of two contacts, worded for users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Similarity {
    pub verdict: Verdict,
    /// The certainty that they are one, as in [`Rating`].
    pub strength: u8,
    /// The reasons, each a few words: `same phone +1 202 555 0101`, `names alike: Jon / John`.
    pub reasons: Vec<String>,
}

/// Judges two contacts by all their values.
pub fn similarity(a: &Contact, b: &Contact) -> Similarity {
    let (a, b) = (&Compared::new(a), &Compared::new(b));
    let rating = rate(a, b);
    Similarity {
        verdict: rating.verdict,
        strength: rating.strength,
        reasons: reasons(a, b, rating.verdict),
    }
}

/// Like [`similarity`], without the reasons.
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
        // Both have the same values, and none of them is identifying.
        Verdict::Possible
    } else {
        with_key(&a.identity, &b.identity, key)
    }
}

/// Returns the reasons for the rating of two contacts.
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

/// Judges two contacts that share a match key: the same, or possibly the same. In addition to the key, it compares the
/// names with their suffixes, the company and the birthday.
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
        // A name changed by marriage: the mailbox must be this person's, not one that colleagues or guests share.
        Names::GivenAlone | Names::Near => {
            key.is_email()
                && !shared_by_many
                && (local_part_contains_name(key, name_a) || local_part_contains_name(key, name_b))
        }
        Names::Equal | Names::Swapped | Names::Slip => true,
        // Households share one number, and may include Lea and Lena, Jan and Johannes, J. and Jane.
        Names::Nickname | Names::GivenSlip | Names::Part if key.is_phone() => a.company.is_same(&b.company),
        Names::Nickname => !shared_by_many,
        // Lea and Lena again: the mailbox must contain the given name of one of them.
        Names::GivenSlip => !shared_by_many && [name_a, name_b].iter().any(|name| carries(key, &name.given)),
        // In a household, each given name occurs once.
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

/// Returns why two contacts that share a match key may be different, as the words after `but`.
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

/// Whether the part of an address before the `@` contains one of the names.
fn local_part_contains_name(key: &MatchKey, name: &Name) -> bool {
    carries(key, &name.given) || carries(key, &name.family)
}

fn carries(key: &MatchKey, part: &NamePart) -> bool {
    part.text().chars().count() > 2 && places::bare_local(key.value()).contains(&part.plain().collect::<String>())
}

/// Whether the part of an address before the `@` is only the family name, as in a household's address.
fn is_of_family(key: &MatchKey, name: &Name) -> bool {
    places::bare_local(key.value()).chars().eq(name.family.plain())
}

/// Judges a contact without a name and one with a name: the company's own entry and one of its employees are two.
fn nameless_is_person(a: &Identity, b: &Identity, key: &MatchKey, shared_by_many: bool) -> bool {
    let (nameless, person) = if a.name.is_empty() { (a, b) } else { (b, a) };
    if shared_by_many {
        return false;
    }
    if !nameless.company.is_given() {
        return true;
    }
    key.is_email() && local_part_contains_name(key, &person.name)
}

/// Years between the birthdays of two people with one name from which they are parent and child.
const GENERATION: u16 = 12;

/// Whether the two are parent and child with one name: different suffixes such as `Jr.` or `II`, or birthdays a
/// generation apart.
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
    // Most pairs are decided here.
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

/// Returns the reasons for [`rate_values`]; empty if the contacts are different.
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

/// Judges two contacts by names that may be one person's, and by further evidence.
fn by_names(a: &Compared, b: &Compared) -> Rating {
    let (of_a, of_b) = (&a.identity, &b.identity);
    let (name_a, name_b) = (&of_a.name, &of_b.name);
    let names = names::compare(name_a, name_b);
    let weight: i32 = match names {
        // A full name identifies a person; `Ann` alone could be anybody.
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
    // A full name with a common birthday or address is likely one person.
    Rating::possible(u8::try_from((sum * 9).clamp(10, 75)).unwrap_or(10))
}

/// Whether one given name with two family names may still be one person: a name changed by marriage. Two people with
/// mailboxes of the same company are colleagues; if only the company agrees, both must have mailboxes elsewhere.
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

/// Whether year, month and day all differ, so that a typing error is unlikely.
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
