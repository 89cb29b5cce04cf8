//! Determines the label of a value from its types and Apple's `X-ABLabel`.

use super::property::Property;
use model::Label;

/// Types that tell neither whose value it is nor to which place it belongs.
const NO_LABELS: &[&str] = &[
    "pref",
    "voice",
    "internet",
    "text",
    "msg",
    "x400",
    "dom",
    "intl",
    "postal",
    "parcel",
    "textphone",
    "video",
    "pcs",
    "aol",
    "applelink",
    "attmail",
    "cis",
    "eworld",
    "ibmmail",
    "mcimail",
    "powershare",
    "prodigy",
    "tlx",
    "sip",
    "x-internet",
];

/// The types that become built-in labels, the more specific ones first.
const BUILT_IN: [(&str, &str); 7] = [
    ("fax", "fax"),
    ("cell", "mobile"),
    ("mobile", "mobile"),
    ("iphone", "mobile"),
    ("work", "work"),
    ("home", "home"),
    ("other", "other"),
];

/// Returns the label of a value. `given` is the `X-ABLabel` of its group; a label in a card of our `own` is taken
/// unchanged.
pub fn label_of(property: &Property, given: Option<&str>, own: bool) -> Label {
    if let Some(given) = given.filter(|given| !given.trim().is_empty()) {
        return if own { Label::exact(given) } else { Label::new(given) };
    }
    let types: Vec<String> = property.values("TYPE").collect();
    let has = |word: &str| types.iter().any(|of| of.eq_ignore_ascii_case(word));
    if let Some((_, label)) = BUILT_IN.iter().find(|(word, _)| has(word)) {
        return Label::exact(label);
    }
    let says_something = |of: &&String| !NO_LABELS.contains(&of.to_lowercase().as_str());
    let Some(word) = types.iter().find(says_something) else {
        return Label::NONE;
    };
    match word.get(..2) {
        Some(x) if x.eq_ignore_ascii_case("x-") => Label::new(&word[2..]),
        // `PAGER`, `CAR`.
        _ if word.chars().all(|c| c.is_ascii_uppercase()) => Label::new(&capitalised(word)),
        _ => Label::new(word),
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{first}{}", letters.as_str().to_lowercase())
    })
}

/// Returns a label for a further address: a contact has one address for each label.
pub fn numbered(label: &Label, number: usize) -> Label {
    match (number, label.as_str()) {
        (0, _) => label.clone(),
        (1, "") => Label::exact("other"),
        (_, "") => Label::exact(&format!("other {number}")),
        (_, word) => Label::exact(&format!("{word} {}", number + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::property::{CardLine, Encodings};
    use super::*;
    use crate::open::Charset;

    #[test]
    fn labels_are_read_as_programs_write_them() {
        let label = |line: &str, given: Option<&str>| {
            let line = CardLine {
                bytes: line.as_bytes().to_vec(),
                ..CardLine::default()
            };
            let other = Charset::UTF_8;
            label_of(&Property::read(&line, Encodings { other }).unwrap(), given, false).to_string()
        };
        for (line, given, want) in [
            ("TEL;type=CELL;type=VOICE;type=pref:1", None, "mobile"),
            ("TEL;WORK;FAX:1", None, "fax"),
            ("TEL;TYPE=\"work,voice\":1", None, "work"),
            ("TEL;TYPE=PAGER:1", None, "Pager"),
            ("TEL;X-Boot:1", None, "Boot"),
            ("EMAIL;TYPE=INTERNET:a", None, ""),
            ("EMAIL;TYPE=home;PREF=1:a", None, "home"),
            ("EMAIL:a", Some("_$!<Other>!$_"), "other"),
            ("EMAIL;type=INTERNET:a", Some("Verein"), "Verein"),
        ] {
            assert_eq!(label(line, given), want, "{line} {given:?}");
        }
    }
}
