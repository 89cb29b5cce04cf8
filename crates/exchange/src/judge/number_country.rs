//! Determines the country of the telephone numbers without country code.
//!
//! Chooses the country in which most of the file's bare numbers are valid. Numbers whose row names a country, and
//! international numbers, are not counted: they are no evidence for the others.

use super::phone_cells::phones_in;
use model::{Phone, Region, countries};

/// How many bare numbers are examined: more would not change the result.
const SAMPLE: usize = 200;

/// How many of them are tested for every country of the world.
const TRIED_EVERYWHERE: usize = 60;

/// A cell with more digits contains more than a few numbers.
const MOST_DIGITS: usize = 60;

/// Bare numbers of a file, up to the number needed.
#[derive(Clone, Debug, Default)]
pub struct BareNumbers {
    numbers: Vec<String>,
}

impl BareNumbers {
    /// Adds a cell of bare numbers (without country code), and returns it without surrounding blanks; `None` for other
    /// cells, or if enough numbers are known.
    pub fn add<'a>(&mut self, cell: &'a str) -> Option<&'a str> {
        let text = cell.trim();
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let is_bare = (6..=MOST_DIGITS).contains(&digits)
            && !text.starts_with('=')
            && !text.starts_with("00")
            && !text.contains('+')
            && !is_exponent(text);
        if !is_bare || self.is_full() {
            return None;
        }
        self.numbers.push(text.to_owned());
        Some(text)
    }

    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether further numbers are not needed.
    pub fn is_full(&self) -> bool {
        self.numbers.len() >= SAMPLE
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How well the numbers fit a country.
    fn fit(&self, region: Region, most: usize) -> Fit {
        let mut fit = Fit::default();
        for number in self.numbers.iter().take(most) {
            if let Some(phone) = valid_in(number, region) {
                // A number without the trunk zero that is dialled within the country may be valid by chance.
                let national = phone.national();
                let usual = first_digit(number) == first_digit(&national) || first_digit(number) == Some('1');
                let grouped = groups(number).starts_with(&groups(&national));
                fit.valid += 1;
                fit.points += 1 + usize::from(usual) + usize::from(grouped);
            }
        }
        fit
    }

    /// Returns the country of the numbers: the best fit of `expected` if most numbers are valid there, otherwise the
    /// country that fits clearly better than any other. `None` if no country stands out.
    pub fn country(&self, expected: &[Region]) -> Option<Region> {
        let all = self.numbers.len();
        let fits = expected.iter().map(|region| (self.fit(*region, all), *region));
        // Of equally good fits the first is kept.
        let best = fits.reduce(|best, next| if next.0.points > best.0.points { next } else { best });
        let best = best.filter(|(fit, _)| fit.valid * 2 > all);
        match best {
            Some((fit, region)) if fit.points * 2 >= fit.valid * 3 => Some(region),
            // The numbers are valid there, but not written in the way usual there.
            _ => self.anywhere().or(best.map(|(_, region)| region)),
        }
    }

    /// Returns the country of the world that fits clearly better than any other.
    fn anywhere(&self) -> Option<Region> {
        let tried = self.numbers.len().min(TRIED_EVERYWHERE);
        // One number is valid in a dozen countries, and two may be valid by chance.
        if tried < 3 {
            return None;
        }
        let regions = countries().iter().filter_map(|(code, _)| Region::from_code(code));
        let mut fits: Vec<(Fit, Region)> = regions
            .filter(|region| region.main() == *region)
            .map(|region| (self.fit(region, tried), region))
            .collect();
        fits.sort_by_key(|(fit, _)| std::cmp::Reverse(fit.points));
        match fits.as_slice() {
            [(best, region), (next, _), ..] if best.valid * 2 > tried && best.points * 4 >= next.points * 5 => {
                Some(*region)
            }
            _ => None,
        }
    }
}

/// Whether a number was rounded by a spreadsheet: `4.41E+11`.
fn is_exponent(text: &str) -> bool {
    let mut parts = text.split(['E', 'e']);
    let is_number = |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    is_number(parts.next()) && is_number(parts.next()) && parts.next().is_none()
}

/// Returns the first number of a cell if all its numbers are valid in a country.
pub fn valid_in(cell: &str, region: Region) -> Option<Phone> {
    let found = phones_in(cell, &mut |text| Phone::parse(text, Some(region)));
    let mut phones = found.into_iter().map(|found| found.ok().map(|(_, phone)| phone));
    let first = phones.next()??;
    phones.all(|phone| phone.is_some()).then_some(first)
}

fn first_digit(text: &str) -> Option<char> {
    text.chars().find(char::is_ascii_digit)
}

/// Returns the lengths of the groups of digits: each country groups them in its own way.
fn groups(text: &str) -> Vec<usize> {
    let groups = text.split(|c: char| !c.is_ascii_digit()).map(str::len);
    groups.filter(|length| *length > 0).collect()
}

/// How many numbers are valid in a country, and how well they fit.
#[derive(Clone, Copy, Debug, Default)]
struct Fit {
    valid: usize,
    points: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(numbers: &[&str], expected: &[&str]) -> Option<String> {
        let mut bare = BareNumbers::default();
        for number in numbers {
            bare.add(number);
        }
        let expected: Vec<Region> = expected.iter().filter_map(|code| Region::from_code(code)).collect();
        bare.country(&expected).map(Region::code)
    }

    #[test]
    fn the_expected_country_is_taken_if_most_numbers_are_valid_there() {
        let german = ["030 23125101", "089 99998102", "0171 3920081", "040 66969103"];
        assert_eq!(country(&german, &["DE"]).as_deref(), Some("DE"));
        assert_eq!(country(&german, &["US", "DE"]).as_deref(), Some("DE"));
        let written_together = [
            "030/23125-123",
            "030/23125124 / 0176/04069001",
            "(089) 99998-125/126",
            "030 23125127 oder 0176 04069002",
            "030/23125128 (priv.), 0176 04069003 (mobil)",
        ];
        assert_eq!(country(&written_together, &["US", "DE"]).as_deref(), Some("DE"));
        let american = ["(202) 555-0101", "415 555 0102", "212 555 0103", "206 555 0104"];
        assert_eq!(country(&american, &["US"]).as_deref(), Some("US"));
        assert_eq!(country(&american, &["DE", "US"]).as_deref(), Some("US"));
    }

    #[test]
    fn numbers_that_lost_their_zero_are_read_in_the_expected_country() {
        let german = ["3023125101", "8999998102", "1713920081", "4066969103"];
        assert_eq!(country(&german, &["DE"]).as_deref(), Some("DE"));
    }

    #[test]
    fn a_country_that_nobody_expected_needs_clearly_more_valid_numbers() {
        let american = ["(202) 555-0101", "415 555 0102", "212 555 0103", "206 555 0104"];
        let french = ["01 42 34 56 78", "06 12 34 56 78", "02 40 12 34 56", "07 56 78 12 34"];
        assert_eq!(country(&french, &["US"]).as_deref(), Some("FR"));
        assert_eq!(country(&american, &["DE"]).as_deref(), Some("US"));
        assert_eq!(country(&["12345678"], &["US"]), None);
        assert_eq!(country(&[], &["US"]), None);
    }

    #[test]
    fn international_numbers_say_nothing() {
        let mut bare = BareNumbers::default();
        for cell in ["+44 20 7946 0102", "0044 20 7946 0102", "", "x", "4.41E+11"] {
            assert_eq!(bare.add(cell), None);
        }
        assert!(bare.is_empty());
    }
}
