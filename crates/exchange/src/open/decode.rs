//! Decodes the file's bytes to UTF-8 as a stream.

use super::charset::{Charset, Kind};
use super::encoding::Found;
use super::source::Source;
use encoding_rs::Decoder;
use std::io::{self, Read};

/// Returns the file's text as UTF-8, without its byte order mark. The bytes of a UTF-8 file are passed through
/// unchanged, including invalid ones: the record that contains them is reported, not the file.
///
/// # Errors
/// When the file cannot be opened.
pub fn decoded(source: &dyn Source, found: &Found) -> io::Result<Box<dyn Read + Send>> {
    let mut input = source.open()?;
    if found.charset == Charset::UTF_8 {
        if found.bom {
            let mut mark = [0; 3];
            input.read_exact(&mut mark)?;
        }
        return Ok(input);
    }
    Ok(Box::new(Transcoder {
        input,
        decoder: match found.charset.0 {
            Kind::Standard(encoding) => TextDecoder::Standard(encoding.new_decoder_with_bom_removal()),
            Kind::Dos(_) | Kind::MacCentralEurope => TextDecoder::Table(found.charset),
        },
        raw: vec![0; 64 * 1024],
        raw_at: 0,
        raw_end: 0,
        text: Vec::new(),
        text_at: 0,
        ended: false,
    }))
}

/// The decoder of the file's encoding.
enum TextDecoder {
    Standard(Decoder),
    /// A table for a single-byte encoding.
    Table(Charset),
}

struct Transcoder {
    input: Box<dyn Read + Send>,
    decoder: TextDecoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    text: Vec<u8>,
    text_at: usize,
    ended: bool,
}

impl Transcoder {
    /// Decodes the next chunk into `text`. Returns false at the end of the input.
    fn refill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.raw_at == self.raw_end {
            self.raw_at = 0;
            self.raw_end = self.input.read(&mut self.raw)?;
        }
        let last = self.raw_end == 0;
        let piece = &self.raw[self.raw_at..self.raw_end];
        self.text_at = 0;
        match &mut self.decoder {
            TextDecoder::Standard(decoder) => {
                self.text.resize(192 * 1024, 0);
                let (result, read, written, _) = decoder.decode_to_utf8(piece, &mut self.text, last);
                self.raw_at += read;
                self.text.truncate(written);
                self.ended = last && result == encoding_rs::CoderResult::InputEmpty;
            }
            TextDecoder::Table(charset) => {
                self.text = charset.decode(piece).into_bytes();
                self.raw_at = self.raw_end;
                self.ended = last;
            }
        }
        Ok(true)
    }
}

impl Read for Transcoder {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.text_at == self.text.len() {
            if !self.refill()? {
                return Ok(0);
            }
        }
        let n = buf.len().min(self.text.len() - self.text_at);
        buf[..n].copy_from_slice(&self.text[self.text_at..self.text_at + n]);
        self.text_at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::detect;
    use super::*;

    #[test]
    fn utf16_becomes_utf8_in_pieces() {
        let text = "Žofie,Krčmářová\n".repeat(20_000);
        let bytes: Vec<u8> = std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let found = detect(&bytes).unwrap();
        let mut out = String::new();
        decoded(&bytes, &found).unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out, text);
    }
}
