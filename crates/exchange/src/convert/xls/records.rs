//! The records of a workbook's stream: a kind, a length and that many bytes, which further records may continue.

use crate::convert::budget::reading_failed;
use crate::open::{OpenError, Refusal};
use std::io::{ErrorKind, Read};

/// The kinds of records that are read; their contents are described where they are read.
pub mod kind {
    pub const FORMULA: u16 = 0x0006;
    pub const END: u16 = 0x000A;
    pub const EPOCH: u16 = 0x0022;
    pub const PASSWORD: u16 = 0x002F;
    pub const CONTINUE: u16 = 0x003C;
    pub const CODE_PAGE: u16 = 0x0042;
    pub const SHEET: u16 = 0x0085;
    pub const NUMBERS: u16 = 0x00BD;
    pub const RICH_LABEL: u16 = 0x00D6;
    pub const STYLE: u16 = 0x00E0;
    pub const MERGED: u16 = 0x00E5;
    pub const SHARED_TEXTS: u16 = 0x00FC;
    pub const SHARED_LABEL: u16 = 0x00FD;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOLEAN_OR_ERROR: u16 = 0x0205;
    pub const TEXT_OF_FORMULA: u16 = 0x0207;
    pub const SHORT_NUMBER: u16 = 0x027E;
    pub const FORMAT: u16 = 0x041E;
    pub const BEGIN: u16 = 0x0809;
}

/// Reads the records from the current position of a stream.
pub struct Records<R> {
    input: R,
    /// The kind and length of the next record, if they were read ahead.
    next: Option<(u16, u16)>,
    /// The bytes of the current record.
    data: Vec<u8>,
    /// How many of its bytes were taken.
    taken: usize,
}

impl<R: Read> Records<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            next: None,
            data: Vec::new(),
            taken: 0,
        }
    }

    /// Advances to the next record and returns its kind. `None` at the end of the stream.
    pub fn next(&mut self) -> Result<Option<u16>, OpenError> {
        let Some((kind, length)) = self.head()? else {
            return Ok(None);
        };
        self.next = None;
        self.taken = 0;
        self.data.resize(usize::from(length), 0);
        self.input.read_exact(&mut self.data).map_err(failed)?;
        Ok(Some(kind))
    }

    /// Returns the kind and length of the next record. `None` at the end of the stream.
    fn head(&mut self) -> Result<Option<(u16, u16)>, OpenError> {
        if self.next.is_none() {
            let mut head = [0; 4];
            match self.input.read_exact(&mut head) {
                Ok(()) => {}
                // Streams are padded to whole sectors.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(failed(error)),
            }
            let [kind, more_kind, length, more_length] = head;
            self.next = Some((
                u16::from_le_bytes([kind, more_kind]),
                u16::from_le_bytes([length, more_length]),
            ));
        }
        Ok(self.next)
    }

    /// Advances to the record that continues the current one. Returns `false` and does nothing if there is none.
    pub fn go_on(&mut self) -> Result<bool, OpenError> {
        match self.head()? {
            Some((kind::CONTINUE, _)) => self.next().map(|_| true),
            _ => Ok(false),
        }
    }

    /// The bytes of the current record that were not taken.
    pub fn rest(&self) -> &[u8] {
        &self.data[self.taken..]
    }

    /// Takes up to `most` bytes of the current record.
    pub fn take(&mut self, most: usize) -> &[u8] {
        let begin = self.taken;
        self.taken = self.data.len().min(begin.saturating_add(most));
        &self.data[begin..self.taken]
    }

    /// Takes bytes, also across the ends of records. Missing bytes are zeros.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], OpenError> {
        let mut bytes = [0; N];
        let mut filled = 0;
        while filled < N {
            let piece = self.take(N - filled);
            bytes[filled..filled + piece.len()].copy_from_slice(piece);
            filled += piece.len();
            if filled < N && !self.go_on()? {
                break;
            }
        }
        Ok(bytes)
    }

    pub fn u8(&mut self) -> Result<u8, OpenError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16, OpenError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32, OpenError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Skips bytes, also across the ends of records, as far as there are any.
    pub fn skip(&mut self, bytes: u64) -> Result<(), OpenError> {
        let mut left = bytes;
        while left > 0 {
            left -= self.take(usize::try_from(left).unwrap_or(usize::MAX)).len() as u64;
            if left > 0 && !self.go_on()? {
                break;
            }
        }
        Ok(())
    }
}

fn failed(error: std::io::Error) -> OpenError {
    reading_failed(error, Refusal::OldWorkbook)
}
