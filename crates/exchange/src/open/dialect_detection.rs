//! Detecting the dialect of a file from a sample, by the consistency of the records that each possibility would give.

use super::batch::Batch;
use super::dialect::Dialect;
use super::records::Records;
use crate::mapping::is_known_name;
use crate::native::OWN_COLUMNS;
use memchr::memchr_iter;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many records are compared for each possibility.
const COMPARED: usize = 100;

/// Tells the dialect from the first bytes of a file.
pub fn detect(sample: &[u8], whole_file: bool, delimiter: Option<u8>) -> Dialect {
    let base = Dialect {
        cr_ends_record: cr_ends_records(sample),
        ..Dialect::default()
    };
    if let Some((told, first_line)) = sep_line(sample) {
        let rest = &sample[first_line..];
        return finish(
            Dialect {
                delimiter: delimiter.unwrap_or(told),
                sep_line: true,
                ..base
            },
            rest,
        );
    }
    let own = own_export(sample);
    let delimiter = delimiter.or(own).unwrap_or_else(|| {
        let scored = DELIMITERS.map(|delimiter| {
            (
                score(
                    sample,
                    whole_file,
                    &Dialect {
                        delimiter,
                        ..base.clone()
                    },
                ),
                delimiter,
            )
        });
        // Of equals the first: the comma.
        scored
            .into_iter()
            .rev()
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(score, _)| *score > 0.0)
            .map_or(b',', |(_, d)| d)
    });
    finish(Dialect { delimiter, ..base }, sample)
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

/// The delimiter of a file that begins as our own export does. It is not guessed from the values, however much they look
/// like records of another dialect.
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

/// CR ends records where it stands alone more often than LF stands at all.
fn cr_ends_records(sample: &[u8]) -> bool {
    let lf = memchr_iter(b'\n', sample).count();
    let lone_cr = memchr_iter(b'\r', sample)
        .filter(|i| !matches!(sample.get(i + 1), Some(b'\n' | b'\r')))
        .count();
    lone_cr > lf
}

/// Excel's hint: `sep=;` alone on the first line. Gives the delimiter and where the second line begins.
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

/// How well a dialect fits: the share of records with the commonest number of cells (two or more), and how many cells
/// of one of the first records are known column names.
fn score(sample: &[u8], whole_file: bool, dialect: &Dialect) -> f64 {
    let records = split(sample, whole_file, dialect);
    let mut widths: Vec<usize> = records.iter().map(Vec::len).collect();
    let total = widths.len();
    if total == 0 {
        return 0.0;
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
    if commonest.1 < 2 && widest_header < 2 {
        return 0.0;
    }
    consistent + known * 2.0 + (commonest.1.min(50) as f64) / 1000.0
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

/// Whether values stand in single quotes: most cells of the first records do, and no cell in double ones.
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

/// Whether quotes inside quoted cells are written `\"`: such a pair stands where a plain closing quote could not.
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
