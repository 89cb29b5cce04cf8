//! How a number is dialled from within a region: the international prefix, the national prefix, and the possible
//! lengths and digits of a number. The results are those that the library finds while it parses.

use super::automaton::{Labels, Machine};
use super::pattern::{Found, Patterns, Prefix, Search, Waiting, prefix, whole};
use rlibphonenumber::interfaces::AsOriginal;
use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use std::sync::OnceLock;

/// The most digits that are examined: an international prefix, a calling code and a number.
pub(super) const LONGEST_DIALLED: usize = 20;

/// The library's metadata about dialling from within a region.
pub(super) struct Dialing {
    numbers: Labels<DialingMachine>,
    /// Bit n is set if n digits are long enough to be a number, so that a national prefix before them is removed.
    strippable: u32,
    /// Bit n is set if no number has n digits but some have fewer.
    too_long: u32,
}

/// What is known about dialled digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Dialled {
    /// The number of digits of the international prefix with which they begin.
    pub(super) international: Option<u8>,
    national: NationalPrefix,
    /// Whether they match the general description of a number of the region.
    pub(super) general: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum NationalPrefix {
    #[default]
    None,
    /// This many digits are left out.
    Digits(u8),
    /// The library replaces digits.
    Transformed,
}

/// Indexed by the two letters of the region.
static DIALINGS: [OnceLock<Option<Box<Dialing>>>; 26 * 26] = [const { OnceLock::new() }; 26 * 26];

impl Dialing {
    /// Returns how to dial from within a region. `None` if only the library can handle it.
    pub(super) fn of_region(region: Region) -> Option<&'static Self> {
        let [first, second] = (region as u16).to_be_bytes().map(|letter| letter.checked_sub(b'A'));
        let dialing = DIALINGS.get(usize::from(first?) * 26 + usize::from(second?))?;
        let compile = || Self::compile(calling_code_of(region)?.into(), region).map(Box::new);
        dialing.get_or_init(compile).as_deref()
    }

    /// Reads the metadata of a region; `World` is the region of a calling code that belongs to no country.
    pub(super) fn compile(calling_code: i32, region: Region) -> Option<Self> {
        let library = PHONE_NUMBER_UTIL.as_original();
        let metadata = library.get_metadata_for_region_or_calling_code(calling_code, region)?;
        let search = |base: &Option<String>| match base {
            Some(base) => Prefix::new(prefix(base)).map(Some),
            None => Some(None),
        };
        let general = &metadata.general_desc;
        let machine = DialingMachine {
            international: search(&metadata.international_prefix().pattern_base)?,
            national: search(&metadata.national_prefix_for_parsing().pattern_base)?,
            is_transformed: !metadata.original.national_prefix_transform_rule().is_empty(),
            general: Patterns::new(&[whole(general.national_number_pattern().pattern_base.as_deref()?)])?,
        };
        let lengths = |lengths: &[i32]| match lengths.contains(&-1) {
            true => None,
            false => lengths.iter().try_fold(0_u32, |bits, n| {
                Some(bits | 1_u32.checked_shl(u32::try_from(*n).ok()?)?)
            }),
        };
        let possible = lengths(&general.original.possible_length).filter(|bits| *bits != 0)?;
        let local = lengths(&general.original.possible_length_local_only)?;
        let too_long = !(u32::MAX >> possible.leading_zeros()) & !local;
        Some(Self {
            numbers: Labels::new(machine, LONGEST_DIALLED),
            strippable: (possible & !local) | too_long,
            too_long,
        })
    }

    /// Returns what is known about digits. `None` if there are too many.
    pub(super) fn dialled(&self, digits: &[u8]) -> Option<Dialled> {
        self.numbers.label(digits)
    }

    /// Whether there are more digits than any number of the region has.
    pub(super) fn is_too_long(&self, digits: &[u8]) -> bool {
        has_bit(self.too_long, digits.len())
    }

    /// Returns the digits without the national prefix, even if nothing is left. `None` if the library must decide.
    pub(super) fn without_national_prefix<'d>(&self, digits: &'d [u8], dialled: Dialled) -> Option<&'d [u8]> {
        let stripped = match dialled.national {
            _ if digits.is_empty() => return Some(digits),
            NationalPrefix::None | NationalPrefix::Digits(0) => return Some(digits),
            NationalPrefix::Transformed => return None,
            NationalPrefix::Digits(count) => digits.get(usize::from(count)..)?,
        };
        // Digits that are a number must still be one without the prefix.
        let stays = dialled.general && !self.dialled(stripped)?.general;
        Some(if stays { digits } else { stripped })
    }

    /// Returns the national significant number of digits that were dialled within the country. `None` if the library
    /// must decide.
    pub(super) fn national_number<'d>(&self, digits: &'d [u8], dialled: Dialled) -> Option<&'d [u8]> {
        let stripped = self.without_national_prefix(digits, dialled)?;
        let is_number = has_bit(self.strippable, stripped.len());
        Some(if is_number { stripped } else { digits })
    }
}

pub(super) fn calling_code_of(region: Region) -> Option<u16> {
    u16::try_from(PHONE_NUMBER_UTIL.get_country_code_for_region(region)?).ok()
}

fn has_bit(bits: u32, at: usize) -> bool {
    u32::try_from(at)
        .ok()
        .and_then(|at| bits.checked_shr(at))
        .is_some_and(|bits| bits & 1 == 1)
}

struct DialingMachine {
    international: Option<Prefix>,
    national: Option<Prefix>,
    is_transformed: bool,
    general: Patterns,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct DialingState {
    international: Option<Search>,
    national: Option<Search>,
    general: Waiting,
}

impl Machine for DialingMachine {
    type State = DialingState;
    type Label = Dialled;

    fn start(&mut self) -> DialingState {
        DialingState {
            international: self.international.as_mut().map(Prefix::start),
            national: self.national.as_mut().map(Prefix::start),
            general: self.general.start(),
        }
    }

    fn step(&mut self, state: &DialingState, digit: u8, count: usize) -> DialingState {
        let step = |prefix: &mut Option<Prefix>, search: &Option<Search>| {
            Some(prefix.as_mut()?.step(search.as_ref()?, digit, count))
        };
        DialingState {
            international: step(&mut self.international, &state.international),
            national: step(&mut self.national, &state.national),
            general: self.general.step(&state.general, digit),
        }
    }

    fn label(&mut self, state: &DialingState, count: usize) -> Dialled {
        let found = |prefix: &mut Option<Prefix>, search: &Option<Search>| -> Option<Found> {
            prefix.as_mut()?.found(search.as_ref()?, count)
        };
        let is_transformed = self.is_transformed;
        Dialled {
            international: found(&mut self.international, &state.international).map(|found| found.digits),
            national: match found(&mut self.national, &state.national) {
                None => NationalPrefix::None,
                Some(found) if found.captured && is_transformed => NationalPrefix::Transformed,
                Some(found) => NationalPrefix::Digits(found.digits),
            },
            general: !self.general.fitting(&state.general).is_empty(),
        }
    }
}

#[cfg(test)]
mod examples {
    use super::Dialing;
    use crate::phone::random::Random;

    impl Dialing {
        /// Calls `each` with digits that cover every transition.
        pub(in crate::phone) fn examples(&self, random: &mut Random, each: impl FnMut(&[u8])) {
            self.numbers.automaton().unwrap().examples(random, each);
        }

        /// The memory use in bytes.
        pub(in crate::phone) fn bytes(&self) -> usize {
            self.numbers.automaton().unwrap().bytes()
        }
    }
}
