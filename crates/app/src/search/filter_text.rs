//! The text form of a filter, for the audit log.

use crate::search::filter::Filter;
use crate::search::filter::{Condition, Part};
use jiff::Timestamp;
use std::fmt;

/// The filter as a person could type it; values are folded, so it may differ from what was typed.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.conditions().iter().map(term).collect();
        f.write_str(&terms.join(" "))
    }
}

fn term(condition: &Condition) -> String {
    match condition {
        Condition::Word { folded, .. } => quoted(folded),
        Condition::Tag(tag) => format!("tag:{}", quoted(tag)),
        Condition::Company(company) => format!("company:{}", quoted(company)),
        Condition::City(city) => format!("city:{}", quoted(city)),
        Condition::Country(country) => format!("country:{}", quoted(country)),
        Condition::Import(import) => format!("import:{import}"),
        Condition::Has(part) => format!("has:{}", name(*part)),
        Condition::No(part) => format!("no:{}", name(*part)),
        Condition::Changed(at) => {
            let day = Timestamp::from_microsecond(*at).map(|at| at.strftime("%Y-%m-%d").to_string());
            format!("changed:{}", day.unwrap_or_default())
        }
        Condition::Field { name, values } => {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("field:{}={}", quoted(name), values.join("|"))
        }
    }
}

fn quoted(text: &str) -> String {
    if text.contains(char::is_whitespace) {
        format!("\"{text}\"")
    } else {
        text.to_owned()
    }
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Email => "email",
        Part::Phone => "phone",
        Part::Company => "company",
        Part::Address => "address",
        Part::Tag => "tag",
        Part::Notes => "notes",
        Part::Birthday => "birthday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_written_as_it_could_be_typed() {
        let typed =
            "ada tag:vip company:\"acme inc\" city:bonn country:de import:3 has:email no:phone changed:2026-11-01";
        let filter: Filter = typed.parse().unwrap();
        let text = filter.to_string();
        assert!(text.contains("tag:vip company:\"acme inc\" city:bonn"), "{text}");
        let again: Filter = text.parse().unwrap();
        assert_eq!(again, filter);
    }
}
