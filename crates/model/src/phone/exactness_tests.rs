//! Tests that numbers that are read and written without the library result in what the library would return.

use super::dialing::Dialing;
use super::library;
use super::plain::{Digits, PlainNumber};
use super::plan::{Plan, is_calling_code};
use super::random::Random;
use super::readable::readable;
use super::{Phone, PhoneProblem, Region};
use crate::text::clean;
use rlibphonenumber::interfaces::AsOriginal;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region as LibRegion};
use std::sync::atomic::{AtomicUsize, Ordering};

const THREADS: usize = 2;

fn on_threads(work: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
}

/// Calls `work` with every item, on several threads.
fn with_each<T: Copy + Sync>(items: &[T], work: impl Fn(T) + Sync) {
    let next = AtomicUsize::new(0);
    on_threads(|_| {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(*item);
        }
    });
}

/// Returns all calling codes; compiles their plans.
fn calling_codes() -> Vec<u16> {
    let codes: Vec<u16> = (0..1000).filter(|code| is_calling_code(*code)).collect();
    assert!(codes.len() > 200);
    with_each(&codes, |code| {
        assert!(Plan::of_code(code).is_some(), "+{code} has no plan")
    });
    codes
}

fn regions() -> Vec<LibRegion> {
    let mut regions: Vec<LibRegion> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    regions.sort_unstable();
    assert!(regions.len() > 240);
    regions
}

fn text(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// Returns the number for which the library would return these national digits.
fn library_number(calling_code: u16, national: &[u8]) -> Option<PhoneNumber> {
    let zeros = national.iter().take_while(|digit| **digit == 0).count();
    let zeros = if zeros == national.len() {
        zeros.checked_sub(1)?
    } else {
        zeros
    };
    let number = PhoneNumber {
        country_code: calling_code.into(),
        national_number: text(national).parse().ok()?,
        italian_leading_zero: Some(zeros > 0),
        number_of_leading_zeros: Some(zeros as i32),
        ..PhoneNumber::default()
    };
    (zeros <= 10).then_some(number)
}

#[test]
fn every_transition_of_every_plan_is_the_librarys() {
    let [valid, wrong, asked] = [const { AtomicUsize::new(0) }; 3];
    with_each(&calling_codes(), |code| {
        let plan = Plan::of_code(code).unwrap();
        plan.examples(&mut Random(code.into()), |national| {
            let Some(number) = library_number(code, national) else {
                return;
            };
            let shown = text(national);
            let line = plan.line(national);
            assert_eq!(
                line.is_some(),
                PHONE_NUMBER_UTIL.is_valid_number(&number),
                "+{code} {shown}"
            );
            let by_plan = plan.is_valid(&number);
            assert!(
                by_plan.is_none_or(|is_valid| is_valid == line.is_some()),
                "+{code} {shown}"
            );
            assert_eq!(by_plan.is_none(), national.len() > 17, "+{code} {shown}");
            let Some(line) = line else {
                wrong.fetch_add(1, Ordering::Relaxed);
                return;
            };
            valid.fetch_add(1, Ordering::Relaxed);
            assert_eq!(
                Some(line.region),
                PHONE_NUMBER_UTIL.get_region_for_number(&number),
                "+{code} {shown}"
            );
            let forms = [
                (
                    line.international,
                    PhoneNumberFormat::International,
                    format!("+{code} "),
                ),
                (line.national, PhoneNumberFormat::National, String::new()),
            ];
            for (grouping, format, mut form) in forms {
                let Some(grouping) = grouping else {
                    asked.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                grouping.write(national, &mut form);
                let by_library = PHONE_NUMBER_UTIL.format(&number, format);
                let by_library = match format {
                    PhoneNumberFormat::International => by_library.replace('-', " "),
                    _ => by_library.into_owned(),
                };
                assert_eq!(form, by_library);
            }
        });
    });
    println!("{valid:?} valid, {wrong:?} not, {asked:?} forms left to the library");
}

#[test]
fn every_transition_of_dialling_is_the_librarys() {
    let [prefixed, asked, all] = [const { AtomicUsize::new(0) }; 3];
    let library = PHONE_NUMBER_UTIL.as_original();
    calling_codes();
    with_each(&regions(), |region| {
        let dialing = Dialing::of_region(region).unwrap_or_else(|| panic!("{region} has no dialing"));
        let metadata = library.get_metadata_for_region(region).unwrap();
        let general = metadata
            .general_desc
            .national_number_pattern()
            .anchor_full()
            .ok()
            .unwrap()
            .unwrap();
        let international = metadata.international_prefix().anchor_start().ok().unwrap();
        dialing.examples(&mut Random(region as u64), |digits| {
            let shown = text(digits);
            all.fetch_add(1, Ordering::Relaxed);
            if digits.len() > super::dialing::LONGEST_DIALLED {
                assert_eq!(dialing.dialled(digits), None);
                return;
            }
            let dialled = dialing.dialled(digits).unwrap();
            assert_eq!(dialled.general, general.is_match(&shown), "{region} {shown}");
            let prefix = international.and_then(|pattern| Some(pattern.find(&shown)?.end()));
            assert_eq!(dialled.international.map(usize::from), prefix, "{region} {shown}");
            let by_library = library.maybe_strip_national_prefix_and_carrier_code(metadata, &shown);
            let by_library = by_library.ok().unwrap().0;
            match dialing.without_national_prefix(digits, dialled) {
                Some(stripped) => {
                    assert_eq!(text(stripped), by_library, "{region} {shown}");
                    prefixed.fetch_add(usize::from(stripped.len() < digits.len()), Ordering::Relaxed);
                }
                None => {
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            }
            if is_plain(&shown, Some(Region(region))) {
                let phone = read_the_same(&shown, Some(Region(region)));
                shown_the_same(&phone.unwrap_or_else(|| panic!("{shown} in {region} is no number")));
            }
        });
    });
    println!("{all:?} dialled, {prefixed:?} with national prefix, {asked:?} left to the library");
}

#[test]
fn the_automata_of_all_countries_take_less_than_a_megabyte() {
    let plans = calling_codes()
        .into_iter()
        .map(|code| Plan::of_code(code).unwrap().bytes());
    let dialings = regions()
        .into_iter()
        .map(|region| Dialing::of_region(region).unwrap().bytes());
    let (plans, dialings): (usize, usize) = (plans.sum(), dialings.sum());
    println!("plans {plans}, dialling {dialings}");
    assert!(plans + dialings < 1 << 20);
}

/// Whether a number is read without the library.
fn is_plain(raw: &str, region: Option<Region>) -> bool {
    let text = clean(raw);
    let text = readable(&text);
    let digits = Digits::parse(&text);
    digits.is_some_and(|digits| PlainNumber::read(&digits, region.map(|region| region.0)).is_some())
}

/// Reads a value, and compares the result with that of the library alone.
fn read_the_same(raw: &str, region: Option<Region>) -> Option<Phone> {
    let read = Phone::parse(raw, region);
    let by_library = Phone::parse_with(raw, region, library::read);
    let parts = |read: &Result<Phone, PhoneProblem>| {
        let parts = read.as_ref().map(|phone| (phone.value.clone(), phone.raw.clone()));
        parts.map_err(Clone::clone)
    };
    assert_eq!(parts(&read), parts(&by_library), "{raw} in {region:?}");
    read.ok()
}

/// Compares all forms of a number with those of the library alone.
fn shown_the_same(phone: &Phone) {
    let number = library::number(&phone.value).unwrap();
    let international = library::international(&number);
    let again = Phone::parse_with(&international, None, library::read);
    let international = match again {
        Ok(again) if again == *phone => international.as_str(),
        _ => phone.as_str(),
    };
    assert_eq!(phone.international(), *international, "{phone}");
    assert_eq!(phone.national(), library::national(&number), "{phone}");
    assert_eq!(
        phone.region().map(|region| region.0),
        library::region(&number),
        "{phone}"
    );
}

/// Returns a number of any country in any spelling, valid or not.
fn written(random: &mut Random, regions: &[LibRegion], codes: &[u16]) -> (String, Option<Region>) {
    let region = random.pick(regions);
    let code = match random.one_in(20) {
        true => random.pick(codes),
        false => PHONE_NUMBER_UTIL.get_country_code_for_region(region).unwrap() as u16,
    };
    let mut national = Plan::of_code(code).unwrap().example(random);
    match random.below(20) {
        0 => {
            let at = random.below(national.len());
            national[at] = random.digit();
        }
        1 => drop(national.pop()),
        2 => national.push(random.digit()),
        3 => national.truncate(random.below(national.len())),
        _ => {}
    }
    let national = text(&national);
    let library = PHONE_NUMBER_UTIL.as_original();
    let metadata = library.get_metadata_for_region(region).unwrap();
    let prefix = metadata.original.national_prefix();
    let (begin, middle) = match random.below(16) {
        0..=3 => (format!("+{code}"), ""),
        4..=6 => (String::new(), ""),
        7..=9 => (prefix.to_owned(), ""),
        10 => (format!("00{code}"), random.pick(&["", "0"])),
        11 => (format!("011{code}"), ""),
        12 => (code.to_string(), random.pick(&["", "", prefix])),
        13 => (format!("+{code}"), random.pick(&["(0)", "0", prefix, "1"])),
        14 => (
            format!(
                "{}{code}",
                random.pick(&["+0", "++", "+00", "000", "+ ", "810", "0", "(+", "119"])
            ),
            "",
        ),
        _ => (text(&[random.digit(), random.digit()]), ""),
    };
    let mut raw = begin;
    let separators = random.pick(&["", "", " ", "-", " -", ". ", "()", "/ ", "  -(.)", "x,#;~ "]);
    for c in middle.chars().chain(national.chars()) {
        if !separators.is_empty() && random.one_in(3) {
            raw.push(char::from(random.pick(separators.as_bytes())));
        }
        raw.push(c);
    }
    if random.one_in(4) {
        let behind = [
            " ",
            ")",
            ".0",
            " ext. 12",
            " x5",
            ";ext=1234567",
            ";ext=12345678",
            ",,3#",
            " int 4",
            ";",
            "#",
            "a",
        ];
        raw.push_str(random.pick(&behind));
    }
    let region = match random.below(12) {
        0 => None,
        1 => Some(random.pick(regions)),
        _ => Some(region),
    };
    (raw, region.map(Region))
}

/// Numbers that are not read without the library are left to it: a sample suffices to check that. A sample of the
/// forms suffices, too, because the transitions cover them all.
fn random_numbers_are_the_same(count: usize, seed: u64) {
    let (regions, codes) = (regions(), calling_codes());
    let plain = AtomicUsize::new(0);
    on_threads(|thread| {
        let mut random = Random(seed + thread as u64);
        for _ in 0..count / THREADS {
            let (raw, region) = written(&mut random, &regions, &codes);
            let is_plain = is_plain(&raw, region);
            plain.fetch_add(usize::from(is_plain), Ordering::Relaxed);
            if is_plain || random.one_in(16) {
                let phone = read_the_same(&raw, region);
                phone.filter(|_| random.one_in(8)).inspect(shown_the_same);
            }
        }
    });
    let plain = plain.into_inner();
    println!("{plain} of {count} were read without the library");
    assert!((count / 4..count / 4 * 3).contains(&plain), "{plain} of {count}");
}

#[test]
fn random_numbers_are_read_and_written_as_by_the_library() {
    random_numbers_are_the_same(1_000_000, 14);
}

#[test]
#[ignore = "takes a minute; to be run when the library or its metadata changes"]
fn many_random_numbers_are_read_and_written_as_by_the_library() {
    random_numbers_are_the_same(10_000_000, 1876);
}
