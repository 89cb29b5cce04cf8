//! Evidence for and against two contacts being one person, apart from names: email, phone, company, place, birthday.
//!
//! Defines the weights of this evidence. The weights of names, and the sum that is enough, are defined elsewhere.

use super::compared::Compared;
use super::places::{self, Place};

/// The weight of a common birthday.
pub(super) const BIRTHDAY: i32 = 3;

/// The evidence that was found.
pub(super) struct Evidence {
    pub weight: i32,
    pub against: i32,
    pub company: bool,
    pub birthday: bool,
    /// The reasons, worded for users; empty if the evidence was only weighed.
    pub reasons: Vec<String>,
    is_described: bool,
}

impl Evidence {
    /// Weighs the evidence without wording it, because the reasons of most pairs are never displayed.
    pub fn weigh(a: &Compared, b: &Compared) -> Self {
        Self::find(a, b, false)
    }

    pub fn describe(a: &Compared, b: &Compared) -> Self {
        Self::find(a, b, true)
    }

    fn find(a: &Compared, b: &Compared, is_described: bool) -> Self {
        let mut all = Self {
            weight: 0,
            against: 0,
            company: false,
            birthday: false,
            reasons: Vec::new(),
            is_described,
        };
        all.emails(a, b);
        all.phones(a, b);
        all.companies(a, b);
        all.places(a, b);
        if is_birthday_same(a, b) {
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

    fn emails(&mut self, a: &Compared, b: &Compared) {
        if a.mailboxes.is_empty() || b.mailboxes.is_empty() {
            return;
        }
        let pairs = || pairs(&a.mailboxes, &b.mailboxes);
        if pairs().any(|(x, y)| x.key == y.key) {
            return;
        }
        match pairs().find(|(x, y)| x.is_like(y)) {
            Some((x, y)) => self.found(4, || {
                format!("emails alike: {} / {}", a.shown(x.shown), b.shown(y.shown))
            }),
            None => self.against += 1,
        }
    }

    fn phones(&mut self, a: &Compared, b: &Compared) {
        if a.phones.is_empty() || b.phones.is_empty() {
            return;
        }
        let pairs = || pairs(&a.phones, &b.phones);
        if pairs().any(|(x, y)| x.whole == y.whole) {
            return;
        }
        if pairs().any(|(x, y)| x.without_extension == y.without_extension) {
            self.found(2, || "same phone but for the extension".to_owned());
        } else {
            self.against += 1;
        }
    }

    fn companies(&mut self, a: &Compared, b: &Compared) {
        let (of_a, of_b) = (&a.identity.company, &b.identity.company);
        if of_a.is_same(of_b) {
            self.company = true;
            self.found(2, || format!("same company: {}", of_a.name()));
        } else if of_a.differs(of_b) {
            self.against += 1;
        }
    }

    fn places(&mut self, a: &Compared, b: &Compared) {
        let pairs = || pairs(&a.places, &b.places);
        let city = |x: &Place, y: &Place| places::equal_if_given(x.city.as_deref(), y.city.as_deref());
        let zip = |x: &Place, y: &Place| places::equal_if_given(x.zip.as_deref(), y.zip.as_deref());
        if let Some((x, _)) = pairs().find(|(x, y)| x.is_same(y)) {
            self.found(3, || format!("same address: {}", a.shown(x.shown_street)));
        } else if let Some((x, _)) = pairs().find(|(x, y)| city(x, y) == Some(true)) {
            self.found(1, || format!("same city: {}", a.shown(x.shown_city)));
        } else if pairs().any(|(x, y)| city(x, y).is_some()) {
            self.against += 1;
        } else if pairs().any(|(x, y)| zip(x, y) == Some(true)) {
            self.found(1, || "same zip code".to_owned());
        }
    }
}

/// Whether both have the same birthday.
pub(super) fn is_birthday_same(a: &Compared, b: &Compared) -> bool {
    a.identity.birthday.is_some() && a.identity.birthday == b.identity.birthday
}

fn pairs<'a, T>(of_a: &'a [T], of_b: &'a [T]) -> impl Iterator<Item = (&'a T, &'a T)> {
    of_a.iter().flat_map(move |x| of_b.iter().map(move |y| (x, y)))
}
