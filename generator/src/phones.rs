//! Valid phone numbers, derived from serial numbers, in several notations.

use std::sync::LazyLock;

/// Area codes of the United States.
const AREAS: [u64; 73] = [
    212, 213, 214, 215, 216, 217, 218, 224, 303, 304, 305, 307, 309, 312, 313, 314, 315, 316, 317, 318, 404, 405, 406,
    408, 409, 410, 412, 413, 414, 415, 417, 419, 502, 503, 504, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 601,
    602, 603, 605, 606, 607, 608, 609, 612, 614, 615, 617, 618, 619, 702, 703, 704, 706, 707, 708, 712, 713, 714, 715,
    716, 717, 718, 719,
];

/// How many serial numbers are spread over one block of national numbers.
const BLOCK: u64 = 10_000_000;

/// Subscriber lines per exchange.
const LINES: u64 = 10_000;

/// A phone number: its country code and its national digits.
pub struct Phone {
    country: &'static str,
    national: String,
}

/// Half of the entries are the United States.
const COUNTRIES: [&str; 21] = [
    "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "44", "44", "49", "33", "34", "91", "61", "55", "81", "49",
];

impl Phone {
    /// Derives a number from a serial number; serial numbers below twenty million give distinct numbers in each
    /// country.
    pub fn new(country: u16, serial: u64) -> Self {
        let country = COUNTRIES[usize::from(country) % COUNTRIES.len()];
        let block = serial / BLOCK % 2;
        let spread = (serial * 7_368_787 + 13) % BLOCK;
        let from = |first: u64| first + block * BLOCK + spread;
        let national = match country {
            "1" => of_the_united_states(serial),
            "44" => format!("20{}{spread:07}", 7 + block),
            "49" => format!("30{:08}", from(20_000_000)),
            "34" | "33" => format!("6{:08}", from(10_000_000)),
            "91" => format!("98{:08}", from(10_000_000)),
            "61" => format!("4{:08}", from(10_000_000)),
            "55" => format!("119{:08}", from(70_000_000)),
            _ => format!("90{:08}", from(20_000_000)),
        };
        Self { country, national }
    }

    /// Formats the number in one of several notations.
    pub fn written(&self, way: u64) -> String {
        match self.country {
            "1" => self.written_in_the_united_states(way),
            "44" => self.written_in_britain(way),
            _ => self.written_with_country_code(way),
        }
    }

    fn written_in_the_united_states(&self, way: u64) -> String {
        let (area, rest) = self.national.split_at(3);
        let (exchange, line) = rest.split_at(3);
        match way % 9 {
            0 => format!("({area}) {exchange}-{line}"),
            1 => format!("{area}-{exchange}-{line}"),
            2 => format!("{area}.{exchange}.{line}"),
            3 => format!("{area}{exchange}{line}"),
            4 => format!("+1 {area} {exchange} {line}"),
            5 => format!("1-{area}-{exchange}-{line}"),
            6 => format!("+1{area}{exchange}{line}"),
            7 => format!("+1 ({area}) {exchange}-{line}"),
            _ => format!("{area} {exchange} {line}"),
        }
    }

    fn written_in_britain(&self, way: u64) -> String {
        let (area, rest) = self.national.split_at(2);
        let (middle, line) = rest.split_at(4);
        match way % 4 {
            0 => format!("+44 {area} {middle} {line}"),
            1 => format!("+44{area}{middle}{line}"),
            2 => format!("+44 (0){area} {middle} {line}"),
            _ => format!("+44-{area}-{middle}-{line}"),
        }
    }

    fn written_with_country_code(&self, way: u64) -> String {
        let (country, national) = (self.country, &self.national);
        let area = if matches!(country, "55" | "49" | "81" | "91") {
            2
        } else {
            1
        };
        let (area, rest) = national.split_at(area);
        let (three, behind_three) = rest.split_at(3);
        let (four, behind_four) = rest.split_at(4);
        match way % 4 {
            0 => format!("+{country} {area} {four} {behind_four}"),
            1 => format!("+{country}{national}"),
            2 => format!("+{country}-{area}-{three}-{behind_three}"),
            _ => format!("+{country} ({area}) {four}.{behind_four}"),
        }
    }
}

fn of_the_united_states(serial: u64) -> String {
    let exchanges = exchanges();
    let (areas, exchange_count) = (AREAS.len() as u64, exchanges.len() as u64);
    let spread = (serial * 15_485_863 + 7) % (areas * exchange_count * LINES);
    let (line, spread) = (spread % LINES, spread / LINES);
    let area = AREAS[usize::try_from(spread % areas).unwrap_or(0)];
    let exchange = exchanges[usize::try_from(spread / areas).unwrap_or(0)];
    format!("{area}{exchange}{line:04}")
}

/// Exchanges in use: without those that end with 11, and those for films, weather and tests.
fn exchanges() -> &'static [u64] {
    static EXCHANGES: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let used = |exchange: &u64| exchange % 100 != 11 && ![555, 950, 958, 959, 976].contains(exchange);
        (220..990).filter(used).collect()
    });
    &EXCHANGES
}
