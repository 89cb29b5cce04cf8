//! Counts how much of some bytes is UTF-8.

/// The counts of non-ASCII sequences in some bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Characters that are valid UTF-8.
    pub valid: u64,
    /// The valid characters of three bytes or more, which text in other encodings does not contain by chance.
    pub wide: u64,
    /// Invalid sequences.
    pub invalid: u64,
}

impl Places {
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
        // Counted per byte in chunks of 255, so that the count fits a byte and the loop is vectorised.
        let count_some =
            |some: &[u8], least: u8| some.iter().fold(0_u8, |count, byte| count + u8::from(*byte >= least));
        let count = |least: u8| -> u64 { text.chunks(255).map(|some| u64::from(count_some(some, least))).sum() };
        // The first byte of a character tells its length.
        self.valid += count(0xC0);
        self.wide += count(0xE0);
    }

    /// Adds other counts.
    pub fn add(&mut self, more: &Self) {
        self.valid += more.valid;
        self.wide += more.wide;
        self.invalid += more.invalid;
    }

    /// Whether the bytes are UTF-8, perhaps damaged in places, rather than another encoding.
    pub fn are_utf8(&self) -> bool {
        self.invalid == 0 || self.valid >= self.invalid
    }
}
