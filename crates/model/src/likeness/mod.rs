//! Whether two contacts are the same person or company, and why.
//!
//! Owns the judgement: what a shared email or phone means beside the names, and when names, company, place and birthday are
//! reason enough to ask a person. A function of the two contacts. Leaves out finding the two among many (`blocks` gives
//! what to look for), and what is done about it.

mod agreement;
mod blocks;
mod compared;
#[cfg(test)]
mod filling;
mod generation;
mod given;
mod names;
mod numbers;
mod places;
mod scripts;
#[cfg(test)]
mod table;

use crate::contact::{Contact, LabeledPhone};
use crate::key::MatchKey;
use names::{Name, Names};
use places::Place;
use std::borrow::Cow;

pub use blocks::{Block, blocks};
pub use compared::Compared;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// What they are.
    pub verdict: Verdict,
    /// How sure it is that they are one, from 0 to 100; for an order, not for arithmetic.
    pub strength: u8,
    /// Why, each a few words: `same phone +1 202 555 0101`, `names alike: Jon / John`.
    pub reasons: Vec<String>,
}

impl Likeness {
    fn different() -> Self {
        Self {
            verdict: Verdict::Different,
            strength: 0,
            reasons: Vec::new(),
        }
    }
}

/// Judges two contacts by all that is known of them.
pub fn likeness(a: &Contact, b: &Contact) -> Likeness {
    let keys = MatchKey::of_contact(b);
    let shared: Vec<MatchKey> = MatchKey::of_contact(a)
        .into_iter()
        .filter(|key| keys.contains(key))
        .collect();
    let (a, b) = (&Compared::new(Cow::Borrowed(a)), &Compared::new(Cow::Borrowed(b)));
    if shared.is_empty() {
        return by_values(a, b);
    }
    let verdict = match shared.first() {
        // Two that say the same and nothing that distinguishes them.
        Some(key) if key.is_content() => Verdict::Possible,
        _ => shared
            .iter()
            .map(|key| with_key(a, b, key))
            .max()
            .unwrap_or(Verdict::Possible),
    };
    let mut reasons: Vec<String> = shared.iter().filter_map(describe_key).collect();
    let names = names::compare(&a.name, &b.name);
    reasons.extend(describe_names(a, b, names));
    reasons.extend(Evidence::describe(a, b).reasons);
    if verdict == Verdict::Possible && births_far(&a.contact, &b.contact) && !two_generations(a, b) {
        reasons.push("but another birthday".to_owned());
    }
    if verdict == Verdict::Possible && a.name.middle_differs(&b.name) {
        reasons.push("but another middle name".to_owned());
    }
    let by_email = shared.iter().any(MatchKey::is_email);
    let strength = match (verdict, by_email) {
        (Verdict::Same, true) => 95,
        (Verdict::Same, false) => 85,
        _ if names.alike() || names == Names::Neither => 60,
        _ if names == Names::GivenAlone => 50,
        (_, true) => 30,
        (_, false) => 20,
    };
    Likeness {
        verdict,
        strength,
        reasons,
    }
}

/// Judges two contacts that share a match key: the same, or possibly the same. What it looks at beside the key is the
/// names, the company, the name's suffix and the birthday.
pub fn by_key(a: &Contact, b: &Contact, key: &MatchKey) -> Verdict {
    with_key(&Compared::new(Cow::Borrowed(a)), &Compared::new(Cow::Borrowed(b)), key)
}

fn with_key(a: &Compared<'_>, b: &Compared<'_>, key: &MatchKey) -> Verdict {
    if !key.is_email() && !key.is_phone() {
        return Verdict::Same;
    }
    let shared_by_many = key.is_email() && places::is_shared(key.value());
    let (name_a, name_b) = (&a.name, &b.name);
    let same = match names::compare(name_a, name_b) {
        Names::Neither => !companies_differ(a, b),
        Names::OneOnly => nameless_is_person(a, b, key, shared_by_many),
        // A name changed by marriage: the mailbox must be this person's, and not one that colleagues or guests share.
        Names::GivenAlone | Names::Near => {
            key.is_email() && !shared_by_many && (speaks_of(key, name_a) || speaks_of(key, name_b))
        }
        Names::Equal | Names::Swapped | Names::Slip => true,
        // Households have one number, and in them Lea and Lena, Jan and Johannes, J. and Jane.
        Names::Nickname | Names::GivenSlip | Names::Part if key.is_phone() => one_company(a, b),
        Names::Nickname => !shared_by_many,
        // Lea and Lena again: the mailbox must be that of one of them.
        Names::GivenSlip => !shared_by_many && [name_a, name_b].iter().any(|name| carries(key, &name.given)),
        // In a household there is one of each given name.
        Names::GivenPart if key.is_phone() => !companies_differ(a, b),
        Names::GivenPart => !shared_by_many,
        Names::Part => !shared_by_many && ![name_a, name_b].iter().any(|name| is_of_family(key, name)),
        Names::Beginning | Names::Couple | Names::FamilyAlone | Names::Other => false,
    };
    let against = two_generations(a, b)
        || births_far(&a.contact, &b.contact)
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
    let (a, b) = (&Compared::new(Cow::Borrowed(a)), &Compared::new(Cow::Borrowed(b)));
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
        _ if births_far(&a.contact, &b.contact) => "another birthday",
        _ => "a name that is only alike",
    }
}

/// Whether the part of an address before the `@` carries one of the names.
fn speaks_of(key: &MatchKey, name: &Name) -> bool {
    carries(key, &name.given) || carries(key, &name.family)
}

fn carries(key: &MatchKey, part: &str) -> bool {
    part.chars().count() > 2 && places::bare_local(key.value()).contains(&part.replace(' ', ""))
}

/// Whether an address is the family name and nothing else: that of a household.
fn is_of_family(key: &MatchKey, name: &Name) -> bool {
    places::bare_local(key.value()) == name.family.replace(' ', "")
}

/// A contact without a name and one with a name: the firm's own entry and somebody there are two.
fn nameless_is_person(a: &Compared<'_>, b: &Compared<'_>, key: &MatchKey, shared_by_many: bool) -> bool {
    let (nameless, person) = if a.name.is_empty() { (a, b) } else { (b, a) };
    if shared_by_many {
        return false;
    }
    if nameless.contact.company.is_empty() {
        return true;
    }
    key.is_email() && speaks_of(key, &person.name)
}

fn companies_differ(a: &Compared<'_>, b: &Compared<'_>) -> bool {
    has_company(a) && has_company(b) && a.company() != b.company()
}

fn one_company(a: &Compared<'_>, b: &Compared<'_>) -> bool {
    has_company(a) && has_company(b) && !companies_differ(a, b)
}

fn has_company(contact: &Compared<'_>) -> bool {
    !contact.contact.company.is_empty()
}

/// Years between birthdays from which on two people of one name are parent and child.
const GENERATION: u16 = 12;

/// Parent and child of one name: another `Jr.` or `II`, or birthdays a generation apart.
fn two_generations(a: &Compared<'_>, b: &Compared<'_>) -> bool {
    if a.name.generation_differs(&b.name) {
        return true;
    }
    let year = |contact: &Contact| contact.birthday.and_then(|day| day.year());
    let years = (year(&a.contact), year(&b.contact));
    matches!(years, (Some(a), Some(b)) if a.abs_diff(b) >= GENERATION)
}

/// Judges two contacts that share no match key: different, or possibly the same.
pub fn by_values(a: &Compared<'_>, b: &Compared<'_>) -> Likeness {
    let by_names = by_names(a, b);
    match agreement::agreement(a, b) {
        Some(found) if found.strength > by_names.strength => Likeness {
            verdict: Verdict::Possible,
            strength: found.strength,
            reasons: found.reasons,
        },
        _ => by_names,
    }
}

/// The same, by names that can be one person's and what agrees beside them.
fn by_names(a: &Compared<'_>, b: &Compared<'_>) -> Likeness {
    let (name_a, name_b) = (&a.name, &b.name);
    let names = names::compare(name_a, name_b);
    // Most of those that are compared end here.
    let names_may_be_one = names.alike() || matches!(names, Names::GivenAlone | Names::Neither);
    if !names_may_be_one || name_a.generation_differs(name_b) || births_differ(&a.contact, &b.contact) {
        return Likeness::different();
    }
    let evidence = Evidence::weigh(a, b);
    let firms = names == Names::Neither && has_company(a) && has_company(b);
    let weight: i32 = match names {
        // Who has both names is known by them; `Ann` alone could be anybody.
        Names::Equal | Names::Swapped if name_a.is_whole() && name_b.is_whole() => 3,
        Names::Equal | Names::Swapped | Names::Part | Names::GivenPart | Names::Couple => 1,
        Names::Nickname | Names::Slip | Names::GivenSlip | Names::Beginning | Names::Near => 2,
        Names::GivenAlone if another_family_name(&a.contact, &b.contact, &evidence) => 2,
        Names::Neither if firms && !companies_differ(a, b) => 1,
        _ => return Likeness::different(),
    };
    let different_person = name_a.middle_differs(name_b) || name_a.address_differs(name_b);
    let against = evidence.against + if different_person { 2 } else { 0 };
    let sum = weight + evidence.weight - against;
    if sum < 3 || evidence.weight == 0 && against > 0 {
        return Likeness::different();
    }
    let mut reasons: Vec<String> = describe_names(a, b, names).into_iter().collect();
    reasons.extend(Evidence::describe(a, b).reasons);
    Likeness {
        verdict: Verdict::Possible,
        // A whole name with a birthday or a house in common is likely one.
        strength: u8::try_from((sum * 9).clamp(10, 75)).unwrap_or(10),
        reasons,
    }
}

/// Whether one given name with two family names may be one person all the same: a name changed by marriage. Two that have
/// mailboxes of the one firm are colleagues; where nothing but the firm agrees, both must be known by another mailbox.
fn another_family_name(a: &Contact, b: &Contact, evidence: &Evidence) -> bool {
    if evidence.birthday && evidence.weight > BIRTHDAY {
        return true;
    }
    let (Some(of_a), Some(of_b)) = (a.emails.first(), b.emails.first()) else {
        return false;
    };
    let firm = a.company.as_str();
    evidence.company && !places::of_firm(&of_a.value, firm) && !places::of_firm(&of_b.value, firm)
}

fn births_differ(a: &Contact, b: &Contact) -> bool {
    let (Some(a), Some(b)) = (a.birthday, b.birthday) else {
        return false;
    };
    let same_year = a.year().is_none() || b.year().is_none() || a.year() == b.year();
    let same_day = (a.month(), a.day()) == (b.month(), b.day());
    let turned = (a.month(), a.day()) == (b.day(), b.month());
    !(same_year && (same_day || turned))
}

/// Birthdays of which nothing agrees, so that none is the other with a slip.
fn births_far(a: &Contact, b: &Contact) -> bool {
    let (Some(a), Some(b)) = (a.birthday, b.birthday) else {
        return false;
    };
    let years = matches!((a.year(), b.year()), (Some(a), Some(b)) if a != b);
    years && a.month() != b.month() && a.day() != b.day()
}

const BIRTHDAY: i32 = 3;

/// What beside the names speaks for and against one person.
struct Evidence {
    weight: i32,
    against: i32,
    company: bool,
    birthday: bool,
    /// In words; empty if it was only weighed.
    reasons: Vec<String>,
    is_described: bool,
}

impl Evidence {
    /// Weighs without words: of most pairs nobody ever reads why they are two.
    fn weigh(a: &Compared<'_>, b: &Compared<'_>) -> Self {
        Self::find(a, b, false)
    }

    fn describe(a: &Compared<'_>, b: &Compared<'_>) -> Self {
        Self::find(a, b, true)
    }

    fn find(compared_a: &Compared<'_>, compared_b: &Compared<'_>, is_described: bool) -> Self {
        let (a, b) = (&*compared_a.contact, &*compared_b.contact);
        let mut all = Self {
            weight: 0,
            against: 0,
            company: false,
            birthday: false,
            reasons: Vec::new(),
            is_described,
        };
        all.emails(compared_a, compared_b);
        all.phones(a, b);
        all.companies(compared_a, compared_b);
        all.places(compared_a, compared_b);
        if let (Some(of_a), Some(of_b)) = (a.birthday, b.birthday)
            && of_a == of_b
        {
            all.birthday = true;
            all.found(BIRTHDAY, || "same birthday".to_owned());
        }
        all
    }

    fn found(&mut self, weight: i32, reason: impl FnOnce() -> String) {
        self.weight += weight;
        if self.is_described {
            self.reasons.push(reason());
        }
    }

    fn emails(&mut self, a: &Compared<'_>, b: &Compared<'_>) {
        if a.contact.emails.is_empty() || b.contact.emails.is_empty() {
            return;
        }
        let pairs = || {
            a.mailboxes()
                .iter()
                .flat_map(|x| b.mailboxes().iter().map(move |y| (x, y)))
        };
        if pairs().any(|(x, y)| x.key == y.key) {
            return;
        }
        match pairs().find(|(x, y)| x.is_like(y)) {
            Some((x, y)) => self.found(4, || {
                format!("emails alike: {} / {}", x.email.as_str(), y.email.as_str())
            }),
            None => self.against += 1,
        }
    }

    fn phones(&mut self, a: &Contact, b: &Contact) {
        if a.phones.is_empty() || b.phones.is_empty() {
            return;
        }
        let pairs = || a.phones.iter().flat_map(|x| b.phones.iter().map(move |y| (x, y)));
        if pairs().any(|(x, y)| x.phone.as_str() == y.phone.as_str()) {
            return;
        }
        if pairs().any(|(x, y)| without_extension(x) == without_extension(y)) {
            self.found(2, || "same phone but for the extension".to_owned());
        } else {
            self.against += 1;
        }
    }

    fn companies(&mut self, a: &Compared<'_>, b: &Compared<'_>) {
        if !has_company(a) || !has_company(b) {
            return;
        }
        if companies_differ(a, b) {
            self.against += 1;
        } else {
            self.company = true;
            self.found(2, || format!("same company: {}", a.contact.company));
        }
    }

    fn places(&mut self, a: &Compared<'_>, b: &Compared<'_>) {
        let addresses = &a.contact.addresses;
        let pairs = || {
            let of_a = addresses.iter().zip(a.places());
            of_a.flat_map(|(address, x)| b.places().iter().map(move |y| (address, x, y)))
        };
        let city = |x: &Place, y: &Place| places::equal_if_given(x.city.as_deref(), y.city.as_deref());
        let zip = |x: &Place, y: &Place| places::equal_if_given(x.zip.as_deref(), y.zip.as_deref());
        let same_city = pairs().filter_map(|(_, x, y)| city(x, y)).max();
        let same_zip = pairs().filter_map(|(_, x, y)| zip(x, y)).max();
        if let Some((address, ..)) = pairs().find(|(_, x, y)| x.is_same(y)) {
            self.found(3, || format!("same address: {}", address.address));
        } else if same_city == Some(true) {
            let shown = pairs().find(|(_, x, y)| city(x, y) == Some(true));
            let shown = shown.map(|(address, ..)| address.city.as_str()).unwrap_or_default();
            self.found(1, || format!("same city: {shown}"));
        } else if same_city == Some(false) {
            self.against += 1;
        } else if same_zip == Some(true) {
            self.found(1, || "same zip code".to_owned());
        }
    }
}

fn without_extension(phone: &LabeledPhone) -> &str {
    phone.phone.as_str().split(';').next().unwrap_or_default()
}

fn describe_key(key: &MatchKey) -> Option<String> {
    let value = key.value();
    if key.is_email() {
        let whose = if places::is_shared(value) {
            ", an address that several may use"
        } else {
            ""
        };
        Some(format!("same email: {value}{whose}"))
    } else if key.is_phone() {
        Some(format!("same phone: {value}"))
    } else {
        Some("every value is the same".to_owned())
    }
}

fn describe_names(a: &Compared<'_>, b: &Compared<'_>, names: Names) -> Option<String> {
    let (name_a, name_b) = (a.contact.display_name(), b.contact.display_name());
    let both = format!("{name_a} / {name_b}");
    Some(match names {
        Names::Neither => return None,
        Names::OneOnly => "one of them has no name of a person".to_owned(),
        _ if two_generations(a, b) => format!("same name, but two generations: {name_a}"),
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
