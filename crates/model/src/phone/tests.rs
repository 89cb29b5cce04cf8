//! Tests with telephone numbers as people, spreadsheets and address books write them.

use super::*;

fn read(raw: &str, region: &str) -> Result<String, PhoneProblem> {
    Phone::parse(raw, Region::from_code(region)).map(|p| p.to_string())
}

#[test]
fn reads_numbers_as_people_write_them() {
    for (raw, region, value) in [
        ("(202) 555-0101", "US", "+12025550101"),
        ("202\u{2009}555\u{2013}0102", "US", "+12025550102"),
        ("(202)\u{a0}555\u{2011}0101", "US", "+12025550101"),
        ("011 44 20 7946 0102", "US", "+442079460102"),
        ("+33 (0)1 99 00 12 36", "DE", "+33199001236"),
        ("0049 171 3920081", "US", "+491713920081"),
        ("'+19785550117", "US", "+19785550117"),
        ("12025550102.0", "US", "+12025550102"),
        ("202-JKL-0101", "US", "+12025550101"),
        ("(202) 555-0101 x45", "US", "+12025550101;ext=45"),
        ("202.555.0104 #12", "US", "+12025550104;ext=12"),
        ("+1 202 555 0103;ext=789", "US", "+12025550103;ext=789"),
        ("030 23125-101", "DE", "+493023125101"),
        ("0491 570 156", "AU", "+61491570156"),
    ] {
        assert_eq!(read(raw, region).as_deref(), Ok(value), "{raw}");
    }
}

#[test]
fn refuses_what_is_no_number() {
    assert_eq!(read("1.20256E+10", "US"), Err(PhoneProblem::SpreadsheetDamage));
    assert_eq!(read("unknown", "US"), Err(PhoneProblem::NotANumber));
    assert_eq!(read("(000) 000-0000", "US"), Err(PhoneProblem::NotInUse));
    assert_eq!(read("12345", "US"), Err(PhoneProblem::TooShort));
    assert_eq!(Phone::parse("202 555 0101", None).unwrap_err(), PhoneProblem::NoCountry);
}

#[test]
fn british_numbers_for_fiction_are_valid() {
    for (raw, value) in [
        ("07700 900172", "+447700900172"),
        ("+44 7700 900999", "+447700900999"),
        ("01632 960001", "+441632960001"),
        ("0808 157 0123", "+448081570123"),
    ] {
        assert_eq!(read(raw, "GB").as_deref(), Ok(value), "{raw}");
    }
    let number = Phone::parse("+447700900172", None).unwrap();
    assert_eq!(number.international(), "+44 7700 900172");
    for raw in ["07700 910172", "07700 90017", "07700 9001722"] {
        assert!(read(raw, "GB").is_err(), "{raw}");
    }
}

#[test]
fn what_nobody_sees_does_not_count() {
    for raw in [
        "\u{202a}+1 (415) 555\u{2011}0123\u{202c}",
        "+1\u{fe0e} 415 555\u{ad}0123",
        "\u{2068}+1 415\u{2212}555\u{2212}0123\u{2069}",
        "+1 415\u{2060}555\u{2060}0123",
        "+1 415\u{30fb}555\u{30fb}0123",
        "+1\u{b7}415\u{b7}555\u{b7}0123",
        "\u{feff}+1 415 555 0123",
        "\u{61c}+1 415 555 0123",
        "+١ ٤١٥ ٥٥٥ ٠١٢٣",
        "+۱ ۴۱۵ ۵۵۵ ۰۱۲۳",
        "＋１ ４１５ ５５５ ０１２３",
        "☎ +1 415 555 0123",
        "📱+1 415 555 0123",
        "tel:+1-415-555-0123",
        "+1 415 555 0123;",
        "+1 415 555 0123,",
        "+1 415 555 0123;;,",
        "++1 415 555 0123",
        "+001 415 555 0123",
    ] {
        assert_eq!(read(raw, "US").as_deref(), Ok("+14155550123"), "{raw}");
    }
}

#[test]
fn extensions_and_pauses_are_extensions() {
    for (raw, region, value) in [
        ("415-555-0126p1234", "US", "+14155550126;ext=1234"),
        ("415.555.0127 w 22", "US", "+14155550127;ext=22"),
        ("415-555-0124;ext=77", "US", "+14155550124;ext=77"),
        ("+14155550123,,456#", "US", "+14155550123;ext=456"),
        ("+1 415 555 0123 P99", "US", "+14155550123;ext=99"),
        ("+1 415 555 0123W5", "US", "+14155550123;ext=5"),
        ("+1 415 555 0123 extension 12", "US", "+14155550123;ext=12"),
        ("+1 415 555 0123 (ext. 12)", "US", "+14155550123;ext=12"),
        ("030 23125123 Durchwahl 12", "DE", "+493023125123;ext=12"),
        ("030 23125123 DW: 12", "DE", "+493023125123;ext=12"),
        ("01 99 00 12 34 poste 45", "FR", "+33199001234;ext=45"),
        ("020 7946 0172 x5", "GB", "+442079460172;ext=5"),
        ("+7 495 123-45-67 доб. 12", "RU", "+74951234567;ext=12"),
        ("+420 222 123 456 klapka 7", "CZ", "+420222123456;ext=7"),
        ("+48 22 123 45 67 wew. 8", "PL", "+48221234567;ext=8"),
        ("(11) 3456-7890 ramal 21", "BR", "+551134567890;ext=21"),
    ] {
        assert_eq!(read(raw, region).as_deref(), Ok(value), "{raw}");
    }
}

#[test]
fn powers_of_ten_are_read_only_with_all_their_figures() {
    for (raw, region, value) in [
        ("4.155550103E9", "US", "+14155550103"),
        ("1.4155550103E+10", "US", "+14155550103"),
        ("4,155550103E+09", "US", "+14155550103"),
        ("4.93023125123E11", "DE", "+493023125123"),
    ] {
        assert_eq!(read(raw, region).as_deref(), Ok(value), "{raw}");
    }
    for raw in [
        "4.41E+11",
        "4.15556E+09",
        "1,41556E+10",
        "4.9E+12",
        "6E+9",
        "4.15555010E9",
    ] {
        assert_eq!(read(raw, "US"), Err(PhoneProblem::SpreadsheetDamage), "{raw}");
    }
}

#[test]
fn the_international_form_reads_back() {
    for raw in ["+12025550101;ext=45", "+493023125101", "+442079460102", "+61491570156"] {
        let phone = Phone::parse(raw, None).unwrap();
        assert!(phone.international().contains(' '));
        assert_eq!(Phone::parse(&phone.international(), None).unwrap(), phone);
    }
}

#[test]
fn a_region_is_a_code() {
    assert_eq!(Region::from_code("us").map(Region::code).as_deref(), Some("US"));
    assert!(Region::from_code("XX").is_none());
}

/// Returns what is read without the library.
fn read_plain(raw: &str, region: &str) -> Option<String> {
    let region = Region::from_code(region).map(|region| region.0);
    let text = readable(raw);
    Some(PlainNumber::read(&Digits::parse(&text)?, region)?.value().to_string())
}

#[test]
fn usual_writings_are_read_without_the_library() {
    for (raw, region, value) in [
        ("2025550101", "US", "+12025550101"),
        ("(202) 555-0101", "US", "+12025550101"),
        ("202.555.0101", "US", "+12025550101"),
        ("1-202-555-0101", "US", "+12025550101"),
        ("1 202 555 0101", "CA", "+12025550101"),
        ("+1 (202) 555-0101", "DE", "+12025550101"),
        ("011 44 20 7946 0102", "US", "+442079460102"),
        ("202-555-0101 x45", "US", "+12025550101;ext=45"),
        ("030/23125-101", "DE", "+493023125101"),
        ("0049 30 23125101", "DE", "+493023125101"),
        ("+49 (0)30 23125101", "", "+493023125101"),
        ("020 7946 0102", "GB", "+442079460102"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("+39 06 1234 5678", "", "+390612345678"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("(011) 3456-7890", "BR", "+551134567890"),
        ("+800 1234 5678", "", "+80012345678"),
    ] {
        assert_eq!(read_plain(raw, region).as_deref(), Some(value), "{raw}");
    }
}

#[test]
fn what_is_wrong_or_rare_is_left_to_the_library() {
    for (raw, region) in [
        ("", "US"),
        ("12345", "US"),
        ("(000) 000-0000", "US"),
        ("202 555 0101", ""),
        ("202-JKL-0101", "US"),
        ("202 555 0101;ext=", "US"),
        ("202 555 0101;ext=5;ext=6", "US"),
        ("+0 202 555 0101", "US"),
        ("+999 1234567", "US"),
        ("0049 171 3920081", "US"),
        // The library replaces the mobile prefix 15 by a 9 before the area code 11.
        ("011 15 2345 6789", "AR"),
        // An area code or carrier code is added or removed.
        ("555 0101", "AG"),
        ("0 15 11 3456 7890", "BR"),
        ("12345678901234567890123456", "DE"),
    ] {
        assert_eq!(read_plain(raw, region), None, "{raw}");
    }
}

#[test]
fn a_number_is_read_and_written_the_same_however_often() {
    let region = Region::from_code("PT");
    let read = || {
        let phone = Phone::parse("212 345 678", region).unwrap();
        (
            phone.to_string(),
            phone.international(),
            phone.national(),
            phone.region(),
        )
    };
    let first = read();
    for _ in 0..1_000 {
        assert_eq!(read(), first);
    }
    assert_eq!(first.1, "+351 21 234 5678");
}
