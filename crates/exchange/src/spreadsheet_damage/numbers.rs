//! Texts that a spreadsheet mistakes for numbers and rewrites as numbers.

/// How many digits of a number a spreadsheet keeps.
const KEPT: usize = 15;
/// A number with fewer digits than these was not cut to the width of a cell.
const SHOWN: usize = 8;
/// Longer numbers, including zeros at the end, are not examined.
const LONGEST: usize = 330;

/// A number as written.
struct Written {
    is_negative: bool,
    /// Its digits without zeros at either end; empty for zero.
    digits: String,
    /// How many of them are before the decimal point; negative if zeros are between the point and the digits.
    point: i32,
    /// How many digits are written before the exponent.
    written: usize,
    has_exponent: bool,
    has_fraction: bool,
    has_leading_zero: bool,
    has_sign: bool,
}

/// Whether a text is written like a number: digits, optionally with a sign, a decimal point and an exponent.
pub fn is_number(text: &str) -> bool {
    Written::read(text).is_some()
}

/// Whether `given` is how a spreadsheet writes the number for which it mistakes `stored`.
pub fn is_rewritten(stored: &str, given: &str) -> bool {
    let Some(given) = Written::read(given).filter(Written::is_as_spreadsheets_write) else {
        return false;
    };
    let grouped = without_groups(stored).and_then(|plain| Written::read(&plain));
    let plain = Written::read(stored);
    plain.into_iter().chain(grouped).any(|stored| given.is_of(&stored))
}

/// Removes the separators between the thousands of a number.
fn without_groups(text: &str) -> Option<String> {
    [',', '.', '\''].into_iter().find_map(|sign| {
        let mut groups = text.split(sign);
        let first = groups.next()?.trim_start_matches(['+', '-']);
        let is_digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
        let rest: Vec<&str> = groups.collect();
        let fits = !rest.is_empty()
            && (1..=3).contains(&first.len())
            && is_digits(first)
            && rest.iter().all(|group| group.len() == 3 && is_digits(group));
        fits.then(|| text.replace(sign, ""))
    })
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['E', 'e']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = match mantissa.split_once(['.', ',']) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let part = fraction.unwrap_or_default();
        let all: String = [whole, part].concat();
        let is_digits = !all.is_empty() && all.bytes().all(|b| b.is_ascii_digit());
        if !is_digits || all.len() > LONGEST || fraction == Some("") {
            return None;
        }
        let power: i32 = match exponent {
            None => 0,
            Some(text) => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                let is_power = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
                text.parse().ok().filter(|_| is_power)?
            }
        };
        let digits = all.trim_start_matches('0');
        let zeros = i32::try_from(all.len() - digits.len()).ok()?;
        let point = i32::try_from(whole.len()).ok()? - zeros + power;
        let digits = digits.trim_end_matches('0').to_owned();
        Some(Self {
            is_negative: text.starts_with('-') && !digits.is_empty(),
            point: if digits.is_empty() { 0 } else { point },
            digits,
            written: all.len(),
            has_exponent: exponent.is_some(),
            has_fraction: fraction.is_some(),
            has_leading_zero: whole.is_empty() || whole.len() > 1 && whole.starts_with('0'),
            has_sign: text.starts_with('+'),
        })
    }

    /// Whether the number is written as spreadsheets write it: without leading zeros and plus sign, and without
    /// trailing zeros of a fraction except before an exponent.
    fn is_as_spreadsheets_write(&self) -> bool {
        let has_idle_zeros = self.has_fraction && !self.has_exponent && self.fraction_ends_in_zero();
        !self.has_leading_zero && !self.has_sign && !has_idle_zeros
    }

    fn fraction_ends_in_zero(&self) -> bool {
        let leading = usize::from(self.point <= 0);
        let zeros = usize::try_from(-self.point.min(0)).unwrap_or_default();
        self.written > self.digits.len() + leading + zeros
    }

    /// Whether this is how a spreadsheet shows or saves the number `stored`.
    fn is_of(&self, stored: &Self) -> bool {
        if self.is_negative != stored.is_negative {
            return false;
        }
        if self.digits == stored.digits && self.point == stored.point {
            return true;
        }
        let shown = match self.has_exponent {
            true => self.written,
            // Either the digits that are kept, or the digits that fit into a cell.
            false if self.has_fraction => self.digits.len().max(SHOWN),
            false => KEPT,
        };
        let is_cut = stored.digits.len() > shown;
        is_cut && (stored.rounded(shown) == (self.digits.clone(), self.point) || self.is_cut_off(stored, shown))
    }

    fn is_cut_off(&self, stored: &Self, shown: usize) -> bool {
        let cut = stored.digits.get(..shown).unwrap_or_default();
        self.point == stored.point && self.digits == cut.trim_end_matches('0')
    }

    /// Rounds the number to its first `count` digits; returns the digits and the position of the point.
    fn rounded(&self, count: usize) -> (String, i32) {
        let bytes = self.digits.as_bytes();
        let mut digits: Vec<u8> = bytes.iter().take(count).copied().collect();
        let mut point = self.point;
        if bytes.get(count).is_some_and(|next| *next >= b'5') {
            let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
            digits.truncate(digits.len() - nines);
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    digits.push(b'1');
                    point += 1;
                }
            }
        }
        let digits: String = digits.into_iter().map(char::from).collect();
        (digits.trim_end_matches('0').to_owned(), point)
    }
}
