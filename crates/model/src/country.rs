//! Finds the country that a cell names, for phone numbers without country code.

use crate::phone::Region;
use crate::text::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Names of countries in many languages, one country per line; the head of the file describes its format.
const NAMES: &str = include_str!("../data/countries.txt");

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    NAMES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .flat_map(|(code, names)| names.split(';').map(move |name| (squeeze(name), code.trim())))
        .collect()
});

/// Returns the region of a country cell: an alpha-2 code or a name in one of many languages.
pub fn region_of_country(cell: &str) -> Option<Region> {
    let cell = cell.trim();
    if cell.is_empty() {
        return None;
    }
    if cell.len() == 2 && cell.is_ascii() {
        return Region::from_code(if cell.eq_ignore_ascii_case("uk") { "GB" } else { cell });
    }
    BY_NAME.get(&squeeze(cell)).and_then(|code| Region::from_code(code))
}

/// Returns a country in the form in which it is compared: the lower-case code of the country that the text names, else
/// the folded text. `USA`, `U.S.A.` and `United States` are all `us`.
pub fn country_key(text: &str) -> String {
    region_of_country(text).map_or_else(|| fold(text), |region| region.code().to_lowercase())
}

/// All countries that have telephone numbers: code and English name, sorted by name.
pub fn countries() -> &'static [(&'static str, &'static str)] {
    &COUNTRIES
}

static COUNTRIES: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let lines = NAMES.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| line.split_once(':'));
    let first = |names: &'static str| names.split(';').next().unwrap_or_default().trim();
    let mut countries: Vec<_> = named.map(|(code, names)| (code.trim(), first(names))).collect();
    countries.sort_unstable_by_key(|(_, name)| fold(name));
    countries
});

fn squeeze(name: &str) -> String {
    let mut folded = fold(name);
    folded.retain(|c| c != ' ');
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_code_and_name() {
        for (cell, code) in [
            ("US", "US"),
            ("u.s.a.", "US"),
            ("Deutschland", "DE"),
            ("España", "ES"),
            ("日本", "JP"),
            ("uk", "GB"),
            ("United Kingdom", "GB"),
            ("USA", "US"),
            ("United States of America", "US"),
            ("England", "GB"),
            ("Great Britain", "GB"),
            ("Czechia", "CZ"),
            ("Czech Republic", "CZ"),
            ("Korea, Republic of", "KR"),
            ("South Korea", "KR"),
            ("Holland", "NL"),
            ("The Netherlands", "NL"),
            ("UAE", "AE"),
            ("Côte d'Ivoire", "CI"),
            ("Russian Federation", "RU"),
            ("Viet Nam", "VN"),
            ("Türkiye", "TR"),
            ("Allemagne", "DE"),
            ("DEU", "DE"),
            ("276", "DE"),
            ("840", "US"),
            ("004", "AF"),
        ] {
            assert_eq!(
                region_of_country(cell).map(Region::code).as_deref(),
                Some(code),
                "{cell}"
            );
        }
        assert!(region_of_country("Atlantis").is_none());
    }

    #[test]
    fn countries_are_compared_by_their_codes() {
        for text in [
            "US",
            "us",
            "USA",
            "U.S.A.",
            "United States",
            "Vereinigte Staaten",
            "840",
        ] {
            assert_eq!(country_key(text), "us", "{text}");
        }
        assert_eq!(country_key("Atlantis"), "atlantis");
        assert_eq!(country_key(""), "");
    }

    #[test]
    fn countries_are_listed_by_their_english_names() {
        assert!(countries().contains(&("DE", "Germany")));
        assert!(countries().is_sorted_by_key(|(_, name)| fold(name)));
        assert!(countries().iter().all(|(code, _)| Region::from_code(code).is_some()));
    }
}
