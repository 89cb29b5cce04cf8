//! Words that say what kind of company a company is.
//!
//! Owns the one list of them, in small letters and without dots. Leaves out other words by which a company may be known
//! (`person_name`), and how two companies are compared (`likeness`).

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
