//! How much of some bytes is UTF-8.

/// The places beyond ASCII of some bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Characters that are valid UTF-8.
    pub valid: u64,
    /// Those of them that take three bytes or more, which other encodings do not write by chance.
    pub wide: u64,
    /// Places that are not valid.
    pub invalid: u64,
}

impl Places {
    /// Counts them.
    pub fn count(bytes: &[u8]) -> Self {
        let mut places = Self::default();
        if bytes.is_ascii() {
            return places;
        }
        let mut rest = bytes;
        while let Err(error) = std::str::from_utf8(rest) {
            places.add_valid(&rest[..error.valid_up_to()]);
            places.invalid += 1;
            let bad = error.error_len().unwrap_or(rest.len() - error.valid_up_to());
            rest = &rest[error.valid_up_to() + bad..];
        }
        places.add_valid(rest);
        places
    }

    fn add_valid(&mut self, text: &[u8]) {
        // Counted in bytes, as far as they reach, which is vectorised.
        let count_some =
            |some: &[u8], least: u8| some.iter().fold(0_u8, |count, byte| count + u8::from(*byte >= least));
        let count = |least: u8| -> u64 { text.chunks(255).map(|some| u64::from(count_some(some, least))).sum() };
        // The first byte of a character tells how many there are.
        self.valid += count(0xC0);
        self.wide += count(0xE0);
    }

    /// Adds the places of other bytes.
    pub fn add(&mut self, more: &Self) {
        self.valid += more.valid;
        self.wide += more.wide;
        self.invalid += more.invalid;
    }

    /// Whether the bytes are UTF-8, perhaps with a damaged place, and not some other encoding.
    pub fn are_utf8(&self) -> bool {
        self.invalid == 0 || self.valid >= self.invalid
    }
}
