//! Reads the lines of a vCard file, unchanged, each of bounded length.

use std::io::{self, BufRead, BufReader, Read};

/// The most bytes of one line that are kept.
pub const LONGEST: usize = 16 * 1024 * 1024;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A line without its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileLine {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its bytes, at most [`LONGEST`].
    pub bytes: Vec<u8>,
    /// The number of bytes of the line in the file.
    pub length: usize,
}

impl FileLine {
    /// Whether the line equals `line`, ignoring case and surrounding blanks.
    pub fn is(&self, line: &str) -> bool {
        self.bytes.trim_ascii().eq_ignore_ascii_case(line.as_bytes())
    }

    /// Whether the line continues the previous one.
    pub fn is_indented(&self) -> bool {
        matches!(self.bytes.first(), Some(b' ' | b'\t'))
    }

    /// Whether the line is blank.
    pub fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }
}

/// Reads the lines of a file; they end with LF, CRLF or CR.
pub struct FileLines {
    input: BufReader<Box<dyn Read + Send>>,
    number: u64,
    /// Whether the last line ended with CR, so that a following LF belongs to its end.
    after_cr: bool,
}

impl FileLines {
    pub fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input: BufReader::with_capacity(256 * 1024, input),
            number: 0,
            after_cr: false,
        }
    }

    /// Reads the next line. `None` at the end of the file.
    pub fn next(&mut self) -> io::Result<Option<FileLine>> {
        let mut line = FileLine {
            number: self.number + 1,
            ..FileLine::default()
        };
        let mut is_begun = false;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(is_begun.then(|| self.ended(line)));
            }
            if self.after_cr {
                self.after_cr = false;
                if buffer[0] == b'\n' {
                    self.input.consume(1);
                    continue;
                }
            }
            is_begun = true;
            let end = memchr::memchr2(b'\n', b'\r', buffer);
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let room = LONGEST - line.bytes.len();
            line.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            line.length += piece.len();
            let used = piece.len();
            match end {
                Some(at) => {
                    self.after_cr = buffer[at] == b'\r';
                    self.input.consume(used + 1);
                    return Ok(Some(self.ended(line)));
                }
                None => self.input.consume(used),
            }
        }
    }

    fn ended(&mut self, mut line: FileLine) -> FileLine {
        self.number = line.number;
        // Concatenated files contain byte order marks.
        if line.bytes.starts_with(MARK) {
            line.bytes.drain(..MARK.len());
        }
        line
    }
}

/// Reads a file without its folds, in order to detect its encoding: a fold may split a character.
pub struct Unfolded {
    input: BufReader<Box<dyn Read + Send>>,
    /// A line end that is held back, because a fold may follow.
    held: Vec<u8>,
}

impl Unfolded {
    pub fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            held: Vec::new(),
        }
    }
}

impl Read for Unfolded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < out.len() {
            let buffer = self.input.fill_buf()?;
            let Some(first) = buffer.first().copied() else {
                let rest = self.held.len().min(out.len() - written);
                out[written..written + rest].copy_from_slice(&self.held[..rest]);
                self.held.drain(..rest);
                return Ok(written + rest);
            };
            let in_line_end = match self.held.as_slice() {
                [] => matches!(first, b'\r' | b'\n'),
                [b'\r'] => first == b'\n',
                _ => false,
            };
            if in_line_end {
                self.held.push(first);
                self.input.consume(1);
                continue;
            }
            if self.held.ends_with(b"\n") && matches!(first, b' ' | b'\t') {
                self.held.clear();
                self.input.consume(1);
                continue;
            }
            if !self.held.is_empty() {
                out[written] = self.held.remove(0);
                written += 1;
                continue;
            }
            let plain = memchr::memchr2(b'\r', b'\n', buffer).unwrap_or(buffer.len());
            let taken = plain.min(out.len() - written);
            out[written..written + taken].copy_from_slice(&buffer[..taken]);
            written += taken;
            self.input.consume(taken);
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bytes: &[u8]) -> Box<dyn Read + Send> {
        Box::new(io::Cursor::new(bytes.to_vec()))
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let mut lines = FileLines::new(input(b"a\r\nb\rc\n\nd"));
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            read.push((line.number, String::from_utf8(line.bytes).unwrap()));
        }
        let want = [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")];
        assert_eq!(read, want.map(|(number, text)| (number, text.to_owned())));
    }

    #[test]
    fn a_line_without_end_takes_no_more_than_its_limit() {
        let mut lines = FileLines::new(Box::new(io::repeat(b'x').take(LONGEST as u64 + 5)));
        let line = lines.next().unwrap().unwrap();
        assert_eq!((line.bytes.len(), line.length), (LONGEST, LONGEST + 5));
        assert_eq!(lines.next().unwrap(), None);
    }

    #[test]
    fn folds_are_taken_out_whatever_is_read_at_once() {
        let folded = "N:M\u{fc}ller\r\n".replace('\u{fc}', "\u{fc}\n\t").into_bytes();
        for at_once in 1..9 {
            let mut unfolded = Unfolded::new(input(&folded));
            let mut read = Vec::new();
            let mut piece = vec![0; at_once];
            loop {
                match unfolded.read(&mut piece).unwrap() {
                    0 => break,
                    got => read.extend_from_slice(&piece[..got]),
                }
            }
            assert_eq!(String::from_utf8(read).unwrap(), "N:M\u{fc}ller\r\n", "{at_once}");
        }
        let mut rest = String::new();
        Unfolded::new(input(b"a\n\n b\r\r\n c\r"))
            .read_to_string(&mut rest)
            .unwrap();
        assert_eq!(rest, "a\nb\rc\r");
    }
}
