//! The shared texts of a workbook: each is stored once, and cells refer to it by its number.
//!
//! The texts are divided into pages. Once they exceed a fixed size, all pages are in a temporary file and only some of
//! them in memory, so memory does not grow with the texts. The count that the file claims is not trusted.

use super::text::{LONGEST_TEXT, unescape_into};
use crate::convert::xml::{Xml, append_text};
use crate::open::{OpenError, Refusal};
use quick_xml::events::Event;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};

/// Bytes of a page at which the next one begins; the last text may exceed them.
const PAGE: usize = 8 * 1024;
/// Bytes of texts that are kept in memory.
const IN_MEMORY: usize = 32 * 1024 * 1024;

/// The position of a page in the file.
struct PagePlace {
    /// The number of its first text.
    first: usize,
    offset: u64,
    bytes: usize,
}

/// Consecutive texts.
#[derive(Default)]
struct Page {
    text: String,
    /// The end of each text.
    ends: Vec<u32>,
}

/// The shared texts, by their numbers.
pub struct SharedStrings {
    places: Vec<PagePlace>,
    count: usize,
    /// The pages in memory, and the order in which they were added.
    pages: HashMap<usize, Page>,
    order: VecDeque<usize>,
    in_memory: usize,
    /// The file that holds all pages, once they exceed the memory limit.
    file: Option<File>,
    written: u64,
    /// The bytes that may be kept in memory.
    room: usize,
}

impl SharedStrings {
    /// The shared texts of a workbook that has none.
    pub fn none() -> Self {
        Self::with_room(IN_MEMORY)
    }

    fn with_room(room: usize) -> Self {
        Self {
            places: Vec::new(),
            count: 0,
            pages: HashMap::new(),
            order: VecDeque::new(),
            in_memory: 0,
            file: None,
            written: 0,
            room,
        }
    }

    /// Reads `sharedStrings.xml`.
    pub fn read<R: BufRead>(input: R) -> Result<Self, OpenError> {
        Self::read_with_room(input, IN_MEMORY)
    }

    fn read_with_room<R: BufRead>(input: R, room: usize) -> Result<Self, OpenError> {
        let mut strings = Self::with_room(room);
        let mut xml = Xml::new(input, Refusal::Workbook);
        let mut page = Page::default();
        let mut raw = String::new();
        let (mut in_text, mut in_reading) = (false, false);
        loop {
            let event = xml.next()?;
            match &event {
                Event::Eof => break,
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"si" => raw.clear(),
                    b"t" => in_text = true,
                    // The pronunciation of a text is not part of it.
                    b"rPh" => in_reading = true,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"si" => {
                        unescape_into(&raw, &mut page.text);
                        strings.end_text(&mut page)?;
                        raw.clear();
                    }
                    b"t" => in_text = false,
                    b"rPh" => in_reading = false,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == b"si" => strings.end_text(&mut page)?,
                event if in_text && !in_reading => {
                    append_text(event, &mut raw);
                    if raw.len() > LONGEST_TEXT {
                        return Err(OpenError::Refused(Refusal::LongText { most: LONGEST_TEXT }));
                    }
                }
                _ => {}
            }
        }
        strings.end_page(page)?;
        Ok(strings)
    }

    /// Collects texts: each is appended by `next`, which returns `false` when there are no more.
    pub fn collect(mut next: impl FnMut(&mut String) -> Result<bool, OpenError>) -> Result<Self, OpenError> {
        let mut strings = Self::none();
        let mut page = Page::default();
        while next(&mut page.text)? {
            strings.end_text(&mut page)?;
        }
        strings.end_page(page)?;
        Ok(strings)
    }

    fn end_text(&mut self, page: &mut Page) -> Result<(), OpenError> {
        page.ends.push(u32::try_from(page.text.len()).unwrap_or(u32::MAX));
        // The end offsets count, too: very short texts fill a page by their number.
        if page.text.len() + 4 * page.ends.len() >= PAGE {
            self.end_page(std::mem::take(page))?;
        }
        Ok(())
    }

    fn end_page(&mut self, page: Page) -> Result<(), OpenError> {
        let place = PagePlace {
            first: self.count,
            offset: self.written,
            bytes: page.text.len() + 4 * page.ends.len(),
        };
        self.count += page.ends.len();
        self.written += place.bytes as u64;
        let number = self.places.len();
        let bytes = place.bytes;
        self.places.push(place);
        if self.file.is_none() && self.in_memory + bytes > self.room {
            self.begin_file()?;
        }
        if let Some(file) = &mut self.file {
            write_page(file, &page)?;
        }
        self.keep(number, page, bytes);
        Ok(())
    }

    /// Writes all pages to a file; from now on the pages in memory are copies.
    fn begin_file(&mut self) -> Result<(), OpenError> {
        let mut file = io::BufWriter::with_capacity(256 * 1024, tempfile::tempfile()?);
        for number in 0..self.places.len() - 1 {
            if let Some(page) = self.pages.get(&number) {
                write_page(&mut file, page)?;
            }
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.file = Some(file);
        Ok(())
    }

    /// Keeps a page in memory and removes the oldest ones to make room.
    fn keep(&mut self, number: usize, page: Page, bytes: usize) {
        while self.file.is_some() && self.in_memory + bytes > self.room {
            let Some(oldest) = self.order.pop_front() else { break };
            self.pages.remove(&oldest);
            self.in_memory -= self.places.get(oldest).map_or(0, |place| place.bytes);
        }
        self.in_memory += bytes;
        self.order.push_back(number);
        self.pages.insert(number, page);
    }

    /// Appends a text; nothing if no text has this number.
    pub fn append(&mut self, number: usize, into: &mut String) -> Result<(), OpenError> {
        if number >= self.count {
            return Ok(());
        }
        let at = self.places.partition_point(|place| place.first <= number) - 1;
        if !self.pages.contains_key(&at) {
            let page = self.page_of_file(at)?;
            let bytes = self.places[at].bytes;
            self.keep(at, page, bytes);
        }
        if let Some(page) = self.pages.get(&at) {
            into.push_str(page.text(number - self.places[at].first));
        }
        Ok(())
    }

    fn page_of_file(&mut self, at: usize) -> Result<Page, OpenError> {
        let (place, next) = (&self.places[at], self.places.get(at + 1));
        let Some(file) = &mut self.file else {
            return Ok(Page::default());
        };
        let texts = next.map_or(self.count, |next| next.first) - place.first;
        let mut bytes = vec![0; place.bytes];
        file.seek(SeekFrom::Start(place.offset))?;
        file.read_exact(&mut bytes)?;
        let text = bytes.split_off(4 * texts);
        let ends = bytes
            .chunks_exact(4)
            .map(|end| u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
        Ok(Page {
            ends: ends.collect(),
            text: String::from_utf8(text).unwrap_or_default(),
        })
    }
}

impl Page {
    fn text(&self, at: usize) -> &str {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let begin = if at == 0 { 0 } else { end(at - 1) };
        self.text.get(begin..end(at)).unwrap_or_default()
    }
}

fn write_page(file: &mut impl Write, page: &Page) -> io::Result<()> {
    let mut ends = Vec::with_capacity(4 * page.ends.len());
    page.ends
        .iter()
        .for_each(|end| ends.extend_from_slice(&end.to_le_bytes()));
    file.write_all(&ends)?;
    file.write_all(page.text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(strings: &mut SharedStrings, number: usize) -> String {
        let mut text = String::new();
        strings.append(number, &mut text).unwrap();
        text
    }

    #[test]
    fn runs_are_joined_and_pronunciations_left_out() {
        let xml = "<sst count=\"9\" uniqueCount=\"4294967295\"><si><t>plain</t></si>\
                   <si><r><rPr><b/></rPr><t>bold</t></r><r><t xml:space=\"preserve\"> &amp; more</t></r></si><si/>\
                   <si><t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh></si>\
                   <si><t>a_x000D_\r\nb _x005F_x000D_ &#x1F600;</t></si></sst>";
        let mut strings = SharedStrings::read(xml.as_bytes()).unwrap();
        assert_eq!(text(&mut strings, 0), "plain");
        assert_eq!(text(&mut strings, 1), "bold & more");
        assert_eq!(text(&mut strings, 2), "");
        assert_eq!(text(&mut strings, 3), "東京");
        assert_eq!(text(&mut strings, 4), "a\nb _x000D_ \u{1f600}");
        assert_eq!(text(&mut strings, 5), "", "no text has this number");
    }

    #[test]
    fn texts_beyond_the_memory_are_read_from_a_file() {
        let texts: Vec<String> = (0..20_000)
            .map(|n| format!("text {n} {}", "ö".repeat(n % 50)))
            .collect();
        let xml: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
        let mut strings = SharedStrings::read_with_room(format!("<sst>{xml}</sst>").as_bytes(), 100_000).unwrap();
        assert!(strings.file.is_some());
        for at in [0, 19_999, 5, 10_000, 10_001, 9_999, 0, 19_998] {
            assert_eq!(text(&mut strings, at), texts[at]);
        }
        for (at, expected) in texts.iter().enumerate() {
            assert_eq!(&text(&mut strings, at), expected);
        }
        assert!(strings.in_memory <= 100_000, "{}", strings.in_memory);
    }
}
