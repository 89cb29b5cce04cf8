use super::*;
use blake2::{Blake2b512, Digest};

fn written(request: &Request) -> (Vec<u8>, Expected) {
    let mut file = Vec::new();
    let expected = write(&mut file, request).unwrap();
    (file, expected)
}

/// Returns the first bytes of a file's BLAKE2b hash, as printed by `b2sum`.
fn hash(file: &[u8]) -> String {
    let hash = Blake2b512::digest(file);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

// Measurements of different days are compared, so the generated file must not change.
#[test]
fn a_file_and_its_counts_depend_on_the_request_alone() {
    let (file, expected) = written(&Request {
        rows: 20_000,
        seed: 1,
        ..Request::default()
    });
    assert_eq!(hash(&file), "2cf4150c0a798385");
    assert_eq!(
        expected,
        Expected {
            new: 18_674,
            existing: 0,
            repeated_email: 319,
            repeated_phone: 347,
            invalid_email: 435,
            invalid_phone: 225,
            emails: 17_202,
            phones: 23_468,
            without_key: 202,
            with_line_break: 3_337,
        }
    );
}

#[test]
fn a_file_may_continue_another_and_repeat_existing_contacts() {
    let (file, expected) = written(&Request {
        rows: 5_000,
        seed: 7,
        start: 3_000,
        existing: 4_000,
    });
    assert_eq!(hash(&file), "848501564e3acc0f");
    assert_eq!(
        expected,
        Expected {
            new: 3_757,
            existing: 1_081,
            repeated_email: 0,
            repeated_phone: 2,
            invalid_email: 102,
            invalid_phone: 58,
            emails: 3_457,
            phones: 4_732,
            without_key: 38,
            with_line_break: 818,
        }
    );
    assert_eq!(expected.new + expected.duplicates() + expected.invalid(), 5_000);
}

#[test]
fn every_run_of_letters_begins_with_a_capital() {
    assert_eq!(titled("ana+crm.12a_b"), "Ana+Crm.12A_B");
    assert_eq!(capitalized("mail.example"), "Mail.example");
}

// The two phones of a row use separate serial numbers, so ten million rows need twenty million.
#[test]
fn phones_of_ten_million_rows_are_distinct_in_every_country() {
    for country in 0..21 {
        let serials = (0..500).flat_map(|n| [n, n + 5_000_000, n + 10_000_000, n + 15_000_000]);
        let written: Vec<_> = serials.map(|serial| Phone::new(country, serial).written(3)).collect();
        let distinct: std::collections::HashSet<_> = written.iter().collect();
        assert_eq!(distinct.len(), written.len(), "country {country}");
    }
}
