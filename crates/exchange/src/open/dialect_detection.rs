//! Detects the dialect of a file from a sample: each candidate is scored by how consistent its records are.

use super::batch::Batch;
use super::dialect::Dialect;
use super::records::Records;
use crate::mapping::is_known_name;
use crate::native::OWN_COLUMNS;
use memchr::memchr_iter;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Delimiters that also occur in values: used only if the usual ones give no table and one of these certainly does.
const RARE_DELIMITERS: [u8; 10] = [b'^', b'~', 0x1F, 0x01, 0x1C, b':', b'#', b'!', b'*', b'&'];
/// The rare delimiters that hardly occur in values, so that they prove a table without known column names.
const CERTAIN: [u8; 5] = [b'^', b'~', 0x1F, 0x01, 0x1C];
/// How many records are compared for each candidate.
const COMPARED: usize = 100;

/// Detects the dialect from the first bytes of a file.
pub fn detect(sample: &[u8], whole_file: bool, delimiter: Option<u8>) -> Dialect {
    let base = Dialect {
        cr_ends_record: cr_ends_records(sample),
        ..Dialect::default()
    };
    if let Some((named, first_line)) = sep_line(sample) {
        let rest = &sample[first_line..];
        return finish(
            Dialect {
                delimiter: delimiter.unwrap_or(named),
                sep_line: true,
                ..base
            },
            rest,
        );
    }
    let dialect = match delimiter.or(own_export(sample)) {
        Some(delimiter) => Dialect { delimiter, ..base },
        None => most_consistent(sample, whole_file, &base),
    };
    let ends = Dialect {
        cr_ends_record: true,
        ..dialect.clone()
    };
    if !dialect.cr_ends_record && has_lone_cr(sample) && fits_better(sample, whole_file, &ends, &dialect) {
        return finish(ends, sample);
    }
    finish(dialect, sample)
}

/// Returns the dialect whose delimiter gives the most consistent records, with or without quotes around whole records.
fn most_consistent(sample: &[u8], whole_file: bool, base: &Dialect) -> Dialect {
    let with = |delimiter, wrapped| Dialect {
        delimiter,
        wrapped,
        ..base.clone()
    };
    let scored = |dialect: Dialect| (score(sample, whole_file, &dialect), dialect);
    // A tie is decided by order: comma first, and no wrapping.
    let best = |dialects: &mut dyn DoubleEndedIterator<Item = Dialect>| {
        dialects
            .map(scored)
            .rev()
            .max_by(|a, b| a.0.total().total_cmp(&b.0.total()))
    };
    let wrapped = wraps_lines(sample);
    let usual = DELIMITERS.map(|delimiter| with(delimiter, false));
    let all = usual
        .into_iter()
        .chain(DELIMITERS.map(|delimiter| with(delimiter, true)));
    let found = match wrapped {
        true => best(&mut all.collect::<Vec<_>>().into_iter()),
        false => best(&mut DELIMITERS.map(|delimiter| with(delimiter, false)).into_iter()),
    };
    let usual = found.filter(|(score, _)| score.total() > 0.0);
    if usual.as_ref().is_some_and(|(score, _)| score.known >= 0.3) {
        return usual.map_or_else(|| with(b',', false), |(_, dialect)| dialect);
    }
    let rare = best(&mut RARE_DELIMITERS.map(|delimiter| with(delimiter, false)).into_iter());
    let is_certain = |(score, dialect): &(Score, Dialect)| {
        let names = score.known >= 0.5 && score.consistent >= 0.8;
        let shape = usual.is_none() && CERTAIN.contains(&dialect.delimiter) && score.consistent >= 0.95;
        names || shape
    };
    let found = rare.filter(is_certain).or(usual);
    found.map_or_else(|| with(b',', false), |(_, dialect)| dialect)
}

/// Whether a line of the sample is enclosed in quotes as a whole.
fn wraps_lines(sample: &[u8]) -> bool {
    sample
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .any(|line| line.len() > 2 && line.starts_with(b"\"") && line.ends_with(b"\""))
}

fn has_lone_cr(sample: &[u8]) -> bool {
    memchr_iter(b'\r', sample).any(|i| sample.get(i + 1).is_some_and(|next| !matches!(next, b'\n' | b'\r')))
}

/// Whether one dialect gives more consistent records than another.
fn fits_better(sample: &[u8], whole_file: bool, one: &Dialect, other: &Dialect) -> bool {
    let [one, other] = [one, other].map(|dialect| score(sample, whole_file, dialect));
    one.width > 1 && one.width == other.width.min(one.width) && one.consistent > other.consistent
}

fn finish(mut dialect: Dialect, sample: &[u8]) -> Dialect {
    if own_export(sample).is_none() && single_quotes(sample, &dialect) {
        dialect.quote = b'\'';
    }
    if backslash_escapes(sample, &dialect) {
        dialect.escape = Some(b'\\');
    }
    dialect
}

/// Returns the delimiter of a file that begins like our own export. It is not guessed from the values, however much
/// they look like records of another dialect.
fn own_export(sample: &[u8]) -> Option<u8> {
    let cell = |text: &'_ [u8], name: &str| -> Option<usize> {
        let quoted = usize::from(text.starts_with(b"\""));
        let end = quoted + name.len();
        (text.get(quoted..end)? == name.as_bytes()).then_some(end + quoted)
    };
    let [id, version] = OWN_COLUMNS;
    let end = cell(sample, id)?;
    let delimiter = *sample.get(end).filter(|b| DELIMITERS.contains(b))?;
    cell(&sample[end + 1..], version).map(|_| delimiter)
}

/// CR ends records if lone CRs are more frequent than LFs.
fn cr_ends_records(sample: &[u8]) -> bool {
    let lf = memchr_iter(b'\n', sample).count();
    let lone_cr = memchr_iter(b'\r', sample)
        .filter(|i| !matches!(sample.get(i + 1), Some(b'\n' | b'\r')))
        .count();
    lone_cr > lf
}

/// Parses Excel's hint `sep=;`, alone on the first line. Returns the delimiter and the offset of the second line.
fn sep_line(sample: &[u8]) -> Option<(u8, usize)> {
    let end = sample.iter().position(|b| matches!(b, b'\n' | b'\r'))?;
    let line = sample[..end].trim_ascii();
    let line = line
        .strip_prefix(b"\"")
        .and_then(|l| l.strip_suffix(b"\""))
        .unwrap_or(line);
    let (name, value) = line.split_at_checked(4)?;
    match value {
        [] if sample[..end].ends_with(b"\t") && name.eq_ignore_ascii_case(b"sep=") => Some((b'\t', end + 1)),
        [delimiter] if name.eq_ignore_ascii_case(b"sep=") => Some((*delimiter, end + 1)),
        _ => None,
    }
}

/// How well a dialect fits.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    /// The fraction of records with the most common number of cells, if that is two or more.
    consistent: f64,
    /// The highest fraction of known column names in one of the first records.
    known: f64,
    /// The most common number of cells.
    width: usize,
}

impl Score {
    fn total(self) -> f64 {
        match self.width {
            0 => 0.0,
            width => self.consistent + self.known * 2.0 + (width.min(50) as f64) / 1000.0,
        }
    }
}

fn score(sample: &[u8], whole_file: bool, dialect: &Dialect) -> Score {
    let records = split(sample, whole_file, dialect);
    let mut widths: Vec<usize> = records.iter().map(Vec::len).collect();
    let total = widths.len();
    if total == 0 {
        return Score::default();
    }
    let known = records
        .iter()
        .take(20)
        .map(|r| r.iter().filter(|c| is_known_name(c)).count() as f64 / r.len().max(2) as f64)
        .fold(0.0, f64::max);
    widths.sort_unstable();
    let commonest = widths
        .chunk_by(|a, b| a == b)
        .filter(|w| w[0] > 1)
        .map(|w| (w.len(), w[0]))
        .max()
        .unwrap_or((0, 1));
    let consistent = commonest.0 as f64 / total as f64;
    let widest_header = records.iter().take(20).map(Vec::len).max().unwrap_or(1);
    // A column of values with delimiters in quotes is not a table of wrapped lines: in one, the header row is wide,
    // too.
    let wraps_rows_only = dialect.wrapped && records.first().is_some_and(|first| first.len() != commonest.1);
    if wraps_rows_only || commonest.1 < 2 && widest_header < 2 {
        return Score::default();
    }
    Score {
        consistent,
        known,
        width: commonest.1,
    }
}

fn split(sample: &[u8], whole_file: bool, dialect: &Dialect) -> Vec<Vec<String>> {
    let mut reader = Records::new(sample, dialect.clone());
    let mut batch = Batch::default();
    let _ = reader.fill(&mut batch, COMPARED);
    let mut records: Vec<Vec<String>> = batch
        .records()
        .map(|r| r.cells().map(str::to_owned).collect())
        .collect();
    if !whole_file && records.len() < COMPARED && records.len() > 1 {
        records.pop();
    }
    records
}

/// Whether values are enclosed in single quotes: most cells of the first records are, and no cell is in double quotes.
fn single_quotes(sample: &[u8], dialect: &Dialect) -> bool {
    let text = &sample[..sample.len().min(64 * 1024)];
    let cells: Vec<&[u8]> = text
        .split(|b| *b == dialect.delimiter || matches!(b, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii)
        .filter(|c| !c.is_empty())
        .take(200)
        .collect();
    let opened = cells.iter().filter(|c| c.starts_with(b"'")).count();
    let closed = cells.iter().filter(|c| c.len() > 1 && c.ends_with(b"'")).count();
    let double = cells.iter().any(|c| c.starts_with(b"\""));
    !double && !cells.is_empty() && opened * 10 >= cells.len() * 6 && closed * 10 >= cells.len() * 6
}

/// Whether quotes inside quoted cells are written `\"`: such a pair occurs where a plain closing quote could not.
fn backslash_escapes(sample: &[u8], dialect: &Dialect) -> bool {
    let pairs = memchr_iter(b'\\', sample).filter(|i| sample.get(i + 1) == Some(&dialect.quote));
    pairs.into_iter().any(|i| match sample.get(i + 2) {
        None | Some(b'\n' | b'\r' | b' ') => false,
        Some(b) => *b != dialect.delimiter && *b != dialect.quote,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter_of(text: &str) -> u8 {
        detect(text.as_bytes(), true, None).delimiter
    }

    #[test]
    fn the_delimiter_is_the_consistent_one() {
        assert_eq!(
            delimiter_of("name;email;city;amount\nAnn;a@x.org;Köln, Deutz;12,50\nBob;b@x.org;Bonn, B;1.234,00\n"),
            b';'
        );
        assert_eq!(
            delimiter_of("name\temail\tnotes\nAnn\ta@x.org\ta, b, c\nBob\tb@x.org\td, e, f\n"),
            b'\t'
        );
        assert_eq!(delimiter_of("email\na@x.org\n"), b',');
        assert_eq!(delimiter_of("a|b|c\n1|2|3\n"), b'|');
    }

    #[test]
    fn rare_delimiters_are_taken_where_no_usual_one_makes_a_table() {
        for delimiter in RARE_DELIMITERS {
            let d = char::from(delimiter);
            let text = format!("Name{d}Email{d}Phone\nAna Marsh{d}ana@x.org{d}1\nLin, Bo{d}bo@x.org{d}2\n");
            assert_eq!(delimiter_of(&text), delimiter, "{d:?}");
        }
        assert_eq!(delimiter_of("alpha^beta\na^b\nc^d\n"), b'^');
        assert_eq!(delimiter_of("Name,Time\nAna,10:00\nBo,11:00\n"), b',');
        assert_eq!(delimiter_of("Email\na#b@x.org\nc#d@x.org\n"), b',');
        assert_eq!(delimiter_of("Name;Notes\nAna;a^b\nBo;c^d\n"), b';');
    }

    #[test]
    fn lines_in_quotes_are_records_of_many_cells() {
        let wrapped = |text: &str| detect(text.as_bytes(), true, None).wrapped;
        assert!(wrapped("\"Name,Email\"\n\"Ana,a@x.org\"\n"));
        assert!(wrapped("\"Name;Email\"\r\n\"Ana;\"\"a@x.org\"\"\"\r\n"));
        assert!(wrapped(
            "Name,Email,Notes\nAna,a@x.org,x\n\"Bo,b@x.org,\"\"a, b\"\"\"\n"
        ));
        assert!(!wrapped("\"Name\",\"Email\"\n\"Ana\",\"a@x.org\"\n"));
        assert!(!wrapped("Name\n\"Marsh, Ana\"\n\"Lin, Bo\"\n"));
        assert!(!wrapped("\"Name\"\n\"Ana\"\n"));
    }

    #[test]
    fn line_ends_of_several_kinds_all_end_records() {
        let ends = |text: &str| detect(text.as_bytes(), true, None).cr_ends_record;
        assert!(ends("Name,Email\rAna,a@x.org\nBo,b@x.org\r\nCem,c@x.org\n"));
        assert!(ends("Name,Email\nAna,a@x.org\rBo,b@x.org\nCem,c@x.org\n"));
        assert!(!ends("Name,Notes\nAna,one\rtwo\nBo,three\n"));
        assert!(!ends("Name,Email\r\nAna,a@x.org\r\n"));
    }

    #[test]
    fn our_own_export_is_read_as_it_is_written() {
        let tags = "CrystalQore ID;CrystalQore Version;Tag;\"Website (a,b)\"\n1;v1;\"\"\"x\nTotal\"\", Birthday\";\n";
        assert_eq!(delimiter_of(tags), b';');
        let apostrophes = format!("CrystalQore ID,CrystalQore Version\n{}", "'a','b'\n".repeat(20));
        assert_eq!(detect(apostrophes.as_bytes(), true, None).quote, b'"');
        assert_eq!(
            own_export(b"\"CrystalQore ID\"\t\"CrystalQore Version\"\t"),
            Some(b'\t')
        );
        for other in [
            "",
            "\"",
            "CrystalQore ID",
            "CrystalQore ID,",
            "CrystalQore ID,x",
            "CrystalQore IDs,CrystalQore Version",
        ] {
            assert_eq!(own_export(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn hints_and_habits_are_understood() {
        let d = detect(b"sep=;\r\na;b\r\n", true, None);
        assert_eq!((d.delimiter, d.sep_line), (b';', true));
        assert_eq!(detect(b"'a','b, c'\n'd','it''s'\n", true, None).quote, b'\'');
        assert_eq!(
            detect(b"a,b\n\"say \\\"hi\\\", x\",c\n", true, None).escape,
            Some(b'\\')
        );
        assert_eq!(detect(b"a,\"C:\\temp\\\",c\n", true, None).escape, None);
        assert!(detect(b"a,b\rc,d\r", true, None).cr_ends_record);
    }
}
