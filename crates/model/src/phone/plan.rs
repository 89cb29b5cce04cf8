//! The numbering plan of a calling code: which national numbers are in use, to which region they belong, and how they
//! are grouped. It agrees with the library, because it is compiled from the library's metadata.

use super::automaton::{Labels, Machine};
use super::dialing::Dialing;
use super::grouping::{Grouping, with_national_prefix};
use super::pattern::{Patterns, Waiting, beginning, whole};
use rlibphonenumber::interfaces::AsOriginal;
use rlibphonenumber::{NumberFormat, PHONE_NUMBER_UTIL, PhoneNumber, Region};
use std::sync::{LazyLock, OnceLock};

/// The library refuses national numbers with more digits.
const LONGEST: usize = 17;

/// The library's metadata about the numbers of a calling code.
pub(super) struct Plan {
    numbers: Labels<PlanMachine>,
    dialing: PlanDialing,
    /// Begins with a plus sign.
    calling_code: Box<str>,
    extension_prefix: String,
}

/// The text that the library writes before extensions unless a region has another one.
const EXTENSION_PREFIX: &str = " ext. ";

enum PlanDialing {
    OfRegion(&'static Dialing),
    Own(Box<Dialing>),
}

/// What is known about a valid number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Line {
    /// `World` for a number that belongs to no country.
    pub(super) region: Region,
    /// The grouping of the international form, with blanks. `None` if the library must decide.
    pub(super) international: Option<&'static Grouping>,
    /// The grouping of the form that is written within the country. `None` if the library must decide.
    pub(super) national: Option<&'static Grouping>,
}

/// Whether the library supports numbers of a calling code.
pub(super) fn is_calling_code(code: u16) -> bool {
    static CODES: LazyLock<Box<[bool]>> = LazyLock::new(|| {
        let mut is_code = vec![false; 1000];
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            if let Some(is_code) = usize::try_from(code).ok().and_then(|code| is_code.get_mut(code)) {
                *is_code = true;
            }
        }
        is_code.into()
    });
    CODES.get(usize::from(code)).is_some_and(|is_code| *is_code)
}

static PLANS: [OnceLock<Option<Box<Plan>>>; 1000] = [const { OnceLock::new() }; 1000];

impl Plan {
    /// Returns the plan of a calling code. `None` if there is no such code, or if only the library can handle its
    /// numbers.
    pub(super) fn of_code(calling_code: u16) -> Option<&'static Self> {
        let plan = PLANS.get(usize::from(calling_code))?;
        plan.get_or_init(|| Self::new(calling_code.into()).map(Box::new))
            .as_deref()
    }

    fn new(calling_code: i32) -> Option<Self> {
        let regions: Vec<Region> = PHONE_NUMBER_UTIL
            .get_regions_for_country_calling_code(calling_code)?
            .collect();
        let main = *regions.first()?;
        let machine = PlanMachine::new(calling_code, &regions)?;
        Some(Self {
            calling_code: format!("+{calling_code}").into(),
            extension_prefix: machine.extension_prefix.clone(),
            numbers: Labels::new(machine, LONGEST),
            dialing: match main {
                Region::World => PlanDialing::Own(Box::new(Dialing::compile(calling_code, main)?)),
                _ => PlanDialing::OfRegion(Dialing::of_region(main)?),
            },
        })
    }

    /// The dialling rules for numbers that are written with their calling code: those of the main region.
    pub(super) fn dialing(&self) -> &Dialing {
        match &self.dialing {
            PlanDialing::OfRegion(dialing) => dialing,
            PlanDialing::Own(dialing) => dialing,
        }
    }

    /// The calling code after a plus sign.
    pub(super) fn calling_code(&self) -> &str {
        &self.calling_code
    }

    /// The text before an extension.
    pub(super) fn extension_prefix(&self) -> &str {
        &self.extension_prefix
    }

    /// Returns the digits after the calling code. `None` if they do not begin with it.
    pub(super) fn without_calling_code<'d>(&self, digits: &'d [u8]) -> Option<&'d [u8]> {
        let mut rest = digits;
        for byte in self.calling_code.bytes().skip(1) {
            rest = rest.strip_prefix(&[byte - b'0'])?;
        }
        Some(rest)
    }

    /// Whether a number of this calling code is valid. `None` if it has too many digits to decide.
    pub(super) fn is_valid(&self, number: &PhoneNumber) -> Option<bool> {
        let number = number.get_national_significant_number();
        let digits: Vec<u8> = number.bytes().map(|digit| digit - b'0').collect();
        Some(self.numbers.label(&digits)?.is_some())
    }

    /// Returns what is known about a national number. `None` if it is not valid.
    pub(super) fn line(&self, number: &[u8]) -> Option<Line> {
        self.numbers.label(number)?
    }
}

/// A description of numbers: a pattern that must match, and the allowed lengths.
struct Description {
    pattern: Option<usize>,
    lengths: Vec<i32>,
}

impl Description {
    fn matches(&self, fitting: &[bool], digits: usize) -> bool {
        let has_length = |length: &i32| usize::try_from(*length) == Ok(digits);
        let is_possible = self.lengths.is_empty() || self.lengths.iter().any(has_length);
        is_possible && self.pattern.is_some_and(|pattern| fitting[pattern])
    }
}

struct RegionNumbers {
    region: Region,
    leading_digits: Option<usize>,
    general: Description,
    types: Vec<Description>,
}

impl RegionNumbers {
    fn is_valid(&self, fitting: &[bool], digits: usize) -> bool {
        self.general.matches(fitting, digits) && self.types.iter().any(|numbers| numbers.matches(fitting, digits))
    }
}

struct Format {
    leading_digits: Option<usize>,
    whole: usize,
    pattern: String,
    /// `None` if the library must decide.
    rule: Option<String>,
}

struct PlanMachine {
    patterns: Patterns,
    pattern_count: usize,
    regions: Vec<RegionNumbers>,
    international: Vec<Format>,
    national: Vec<Format>,
    /// The groupings, without repetitions. Plans are created once and never dropped, and neither are these.
    groupings: Vec<&'static Grouping>,
    extension_prefix: String,
}

/// Patterns without repetitions.
#[derive(Default)]
struct PatternList(Vec<String>);

impl PatternList {
    fn place(&mut self, pattern: String) -> usize {
        let known = self.0.iter().position(|known| *known == pattern);
        known.unwrap_or_else(|| {
            self.0.push(pattern);
            self.0.len() - 1
        })
    }
}

impl PlanMachine {
    fn new(calling_code: i32, regions: &[Region]) -> Option<Self> {
        let library = PHONE_NUMBER_UTIL.as_original();
        let metadata = |region: Region| library.get_metadata_for_region_or_calling_code(calling_code, region);
        let mut list = PatternList::default();
        let mut all_numbers = Vec::new();
        for region in regions {
            if regions.len() > 1 && *region == Region::World {
                return None;
            }
            let metadata = metadata(*region)?;
            macro_rules! description {
                ($name:ident) => {
                    Description {
                        pattern: (metadata
                            .$name
                            .national_number_pattern()
                            .pattern_base
                            .as_deref())
                        .map(|base| list.place(whole(base))),
                        lengths: metadata.$name.original.possible_length.clone(),
                    }
                };
            }
            let mut numbers = RegionNumbers {
                region: *region,
                leading_digits: (metadata.leading_digits().pattern_base.as_deref())
                    .map(|base| list.place(beginning(base))),
                general: description!(general_desc),
                types: vec![
                    description!(premium_rate),
                    description!(toll_free),
                    description!(shared_cost),
                    description!(voip),
                    description!(personal_number),
                    description!(pager),
                    description!(uan),
                    description!(voicemail),
                    description!(fixed_line),
                ],
            };
            if !metadata.original.same_mobile_and_fixed_line_pattern() {
                numbers.types.push(description!(mobile));
            }
            all_numbers.push(numbers);
        }
        let main = metadata(*regions.first()?)?;
        // The types of the library's metadata cannot be named.
        macro_rules! formats {
            ($formats:expr, $rule:expr) => {{
                let mut formats = Vec::new();
                for format in $formats {
                    let pattern = format.pattern().pattern_base.clone()?;
                    // The last one is the most detailed.
                    let leading_digits = match format.leading_digits_pattern().last() {
                        Some(digits) => Some(list.place(beginning(digits.pattern_base.as_deref()?))),
                        None => None,
                    };
                    formats.push(Format {
                        leading_digits,
                        whole: list.place(whole(&pattern)),
                        pattern,
                        rule: $rule(&format.original),
                    });
                }
                formats
            }};
        }
        let international = match main.intl_number_format.as_slice() {
            [] => &main.number_format,
            _ => &main.intl_number_format,
        };
        let international = formats!(international, |format: &NumberFormat| Some(format.format.clone()));
        let national = formats!(&main.number_format, |format: &NumberFormat| {
            match format.national_prefix_formatting_rule() {
                "" => Some(format.format.clone()),
                prefix_rule => with_national_prefix(&format.format, prefix_rule),
            }
        });
        Some(Self {
            patterns: Patterns::new(&list.0)?,
            pattern_count: list.0.len(),
            regions: all_numbers,
            international,
            national,
            groupings: Vec::new(),
            extension_prefix: (main.original.preferred_extn_prefix.as_deref())
                .unwrap_or(EXTENSION_PREFIX)
                .to_owned(),
        })
    }

    /// Returns the region of a valid number: the first of the regions with this calling code that claims it.
    fn region(&self, fitting: &[bool], digits: usize) -> Option<Region> {
        let claims = |numbers: &&RegionNumbers| {
            self.regions.len() == 1
                || numbers.leading_digits.is_some_and(|pattern| fitting[pattern])
                || numbers.is_valid(fitting, digits)
        };
        let numbers = self.regions.iter().find(claims)?;
        numbers.is_valid(fitting, digits).then_some(numbers.region)
    }

    fn grouping(formats: &[Format], fitting: &[bool], digits: usize) -> Option<Grouping> {
        let fits =
            |format: &&Format| format.leading_digits.is_none_or(|pattern| fitting[pattern]) && fitting[format.whole];
        match formats.iter().find(fits) {
            None => Some(Grouping::plain(digits)),
            Some(format) => Grouping::new(&format.pattern, format.rule.as_deref()?, digits),
        }
    }

    fn kept(&mut self, grouping: Grouping) -> &'static Grouping {
        let known = self.groupings.iter().find(|known| ***known == grouping);
        known.copied().unwrap_or_else(|| {
            let grouping: &'static Grouping = Box::leak(Box::new(grouping));
            self.groupings.push(grouping);
            grouping
        })
    }
}

impl Machine for PlanMachine {
    type State = Waiting;
    type Label = Option<Line>;

    fn start(&mut self) -> Waiting {
        self.patterns.start()
    }

    fn step(&mut self, state: &Waiting, digit: u8, _count: usize) -> Waiting {
        self.patterns.step(state, digit)
    }

    fn label(&mut self, state: &Waiting, count: usize) -> Option<Line> {
        let mut fitting = vec![false; self.pattern_count];
        for pattern in self.patterns.fitting(state) {
            fitting[pattern] = true;
        }
        let region = self.region(&fitting, count)?;
        let international = Self::grouping(&self.international, &fitting, count).and_then(Grouping::with_blanks);
        let national = Self::grouping(&self.national, &fitting, count);
        Some(Line {
            region,
            international: international.map(|grouping| self.kept(grouping)),
            national: national.map(|grouping| self.kept(grouping)),
        })
    }
}

#[cfg(test)]
mod examples {
    use super::{Line, Plan};
    use crate::phone::automaton::Automaton;
    use crate::phone::random::Random;

    impl Plan {
        /// Calls `each` with digits that cover every transition.
        pub(in crate::phone) fn examples(&self, random: &mut Random, each: impl FnMut(&[u8])) {
            self.automaton().examples(random, each);
        }

        /// Returns a random valid national number.
        pub(in crate::phone) fn example(&self, random: &mut Random) -> Vec<u8> {
            self.automaton().labelled(random)
        }

        /// The memory use in bytes.
        pub(in crate::phone) fn bytes(&self) -> usize {
            self.automaton().bytes()
        }

        fn automaton(&self) -> &Automaton<Option<Line>> {
            self.numbers.automaton().unwrap()
        }
    }
}
