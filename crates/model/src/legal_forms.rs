//! Legal forms of companies.
//!
//! Holds the only list of them, in lower case and without dots. Other words that indicate a company are in
//! `person_name`; company names are compared in `similarity`.

/// Whether a word is a legal form: `gmbh`, `ltd`.
pub(crate) fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.binary_search(&word).is_ok()
}

/// Sorted.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "doo",
    "eireli",
    "ev",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "limited",
    "llc",
    "llp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "pty",
    "sa",
    "sarl",
    "sas",
    "sl",
    "slu",
    "spa",
    "spzoo",
    "srl",
    "sro",
    "ug",
    "vof",
    "zrt",
    "ао",
    "зао",
    "оао",
    "ооо",
];

/// Legal forms that are written without a blank before or after the name.
pub(crate) const JOINED_FORMS: &[&str] = &["株式会社", "有限会社", "有限公司"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_legal_form_is_found() {
        assert!(LEGAL_FORMS.iter().all(|form| is_legal_form(form)));
        assert!(!is_legal_form("acme"));
    }
}
