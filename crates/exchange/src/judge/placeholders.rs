//! Recognises texts that other systems write for a missing value: `NULL`, `\N`, `nan`, `N/A`.
//!
//! A text that may be a name is not a placeholder in a column of names: `Nan Goldberg` keeps her name.

use model::Slot;

/// Texts that only programs write.
const OF_PROGRAMS: &[&str] = &[
    "NULL",
    "null",
    "\\N",
    "nan",
    "NaN",
    "-nan",
    "-NaN",
    "NaT",
    "<NA>",
    "N/A",
    "n/a",
    "(null)",
    "(NULL)",
    "[null]",
    "[NULL]",
    "<null>",
    "<NULL>",
    "undefined",
    "nil",
    "<nil>",
    "#NULL",
    "1.#QNAN",
    "<none>",
    "(none)",
    "(empty)",
    "(blank)",
    "(leer)",
    "[not provided]",
];

/// Texts that programs write and that are also words: empty where they can hardly be the value.
const OF_SCRIPTS: &[&str] = &[
    "None", "none", "NONE", "NAN", "NA", "N.A.", "n.a.", "Null", "Nil", "-", "--", "---", "\u{2013}", "\u{2014}",
];

/// The length of the longest text that is looked up.
const LONGEST: usize = 16;

/// Whether a cell is a placeholder for a missing value of the slot.
pub fn is_placeholder(cell: &str, slot: &Slot) -> bool {
    if cell.is_empty() || cell.len() > LONGEST {
        return false;
    }
    match slot {
        Slot::VcardLines | Slot::Id | Slot::Version => false,
        // `None` may be a real value of a custom field or a note.
        Slot::Custom(_) | Slot::Tags | Slot::Text(model::TextField::Notes) => by_programs(cell),
        Slot::Address(_, model::AddressPart::Country | model::AddressPart::State) => {
            // The code of Namibia.
            cell != "NA" && may_be_words(cell)
        }
        Slot::Text(model::TextField::Company | model::TextField::Title | model::TextField::Department) => {
            cell != "Nil" && may_be_words(cell)
        }
        // A person typed it in place of a number, like `unknown`: the row is reported.
        Slot::Phone(_) if cell == "n/a" => false,
        Slot::Email(_) | Slot::Phone(_) | Slot::Birthday | Slot::Address(..) | Slot::Website(_) => may_be_words(cell),
        Slot::Text(_) | Slot::FullName => {
            by_programs(cell) || matches!(cell, "None" | "none" | "N.A." | "n.a." | "-" | "--" | "---")
        }
    }
}

/// Whether a text begins like a placeholder: almost no value does, which saves searching the lists.
fn begins_alike(cell: &str) -> bool {
    matches!(
        cell.as_bytes().first(),
        Some(b'N' | b'n' | b'u' | b'\\' | b'<' | b'(' | b'[' | b'#' | b'1' | b'-' | 0xE2)
    )
}

fn by_programs(cell: &str) -> bool {
    begins_alike(cell) && OF_PROGRAMS.contains(&cell)
}

fn may_be_words(cell: &str) -> bool {
    begins_alike(cell) && (OF_PROGRAMS.contains(&cell) || OF_SCRIPTS.contains(&cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_empty(cell: &str, slot: &str) -> bool {
        is_placeholder(cell, &slot.parse().unwrap())
    }

    #[test]
    fn placeholders_of_systems_are_empty_in_every_field() {
        for cell in [
            "NULL",
            "null",
            "\\N",
            "nan",
            "NaN",
            "NaT",
            "<NA>",
            "N/A",
            "n/a",
            "(null)",
            "undefined",
        ] {
            for slot in [
                "first_name",
                "full_name",
                "email",
                "phone:work",
                "company",
                "city",
                "birthday",
                "notes",
                "tags",
                "custom:Size",
            ] {
                let typed = cell == "n/a" && slot == "phone:work";
                assert_eq!(is_empty(cell, slot), !typed, "{cell} {slot}");
            }
        }
    }

    #[test]
    fn words_that_may_be_values_stay() {
        for (cell, slot) in [
            ("Nan", "first_name"),
            ("NAN", "first_name"),
            ("Nan Goldberg", "full_name"),
            ("Null", "last_name"),
            ("Na", "last_name"),
            ("NA", "last_name"),
            ("Nil", "first_name"),
            ("No", "last_name"),
            ("Nana", "first_name"),
            ("NA", "country"),
            ("None", "custom:Allergies"),
            ("none", "notes"),
            ("No", "custom:Member"),
            ("-", "notes"),
            ("0", "custom:Size"),
        ] {
            assert!(!is_empty(cell, slot), "{cell} {slot}");
        }
    }

    #[test]
    fn words_of_people_are_no_placeholders() {
        for cell in ["none", "None", "-", "--", "n.a.", "NA"] {
            assert!(is_empty(cell, "email") && is_empty(cell, "phone"), "{cell}");
        }
        // They may hide a value that a person knows, so they are reported.
        for cell in ["unknown", "no phone", "12345", "a@x", "call me", "nonsense"] {
            assert!(!is_empty(cell, "email") && !is_empty(cell, "phone"), "{cell}");
        }
    }
}
