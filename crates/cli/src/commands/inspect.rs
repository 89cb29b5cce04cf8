//! `crystalqore inspect`: examines a file. Needs no database.

use crate::args::InspectArgs;
use crate::exit::{Failure, GOOD};
use crate::input::Input;
use crate::mapping_file::opening;
use crate::show::{self, counted, grouped, table};
use crate::system::OsSystem;
use app::{Column, Error, Inspected, InspectedRow, Opening, RawSink, Reason, TableSource, inspect, inspect_raw};
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Maximum number of bad rows in the text output without `--limit`.
const SHOWN: usize = 10;

/// Prints the result of the inspection.
pub fn run(args: &InspectArgs) -> Result<u8, Failure> {
    let input = Input::open(&args.file)?;
    let opening = opening(&args.opening)?;
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    match (args.raw, args.json) {
        (true, json) => raw(&mut out, input.path(), &opening, args.limit, json)?,
        (false, true) => json(&mut out, input.path(), &opening, args.limit)?,
        (false, false) => people(&mut out, &input, &opening, args.limit)?,
    }
    out.flush()?;
    Ok(GOOD)
}

fn write_failed(source: io::Error) -> Error {
    Error::Io {
        doing: "writing to",
        path: "the output".into(),
        source,
    }
}

#[derive(Serialize)]
struct JsonRow<'a> {
    line: u64,
    status: &'a str,
    reasons: Vec<Reason>,
    contact: &'a model::Contact,
}

/// Writes the JSON document. Rows are written as soon as they are validated, so they come first, and the totals last.
fn json(out: &mut dyn Write, path: &Path, opening: &Opening, limit: Option<usize>) -> Result<(), Failure> {
    let mut written = 0;
    let mut row = |row: InspectedRow<'_>| -> Result<(), Error> {
        if limit.is_some_and(|most| written >= most) {
            return Ok(());
        }
        out.write_all(if written == 0 { b"{\"rows\": [\n" } else { b",\n" })
            .map_err(write_failed)?;
        written += 1;
        let row = JsonRow {
            line: row.line,
            status: row.status,
            reasons: row.reasons.iter().map(|reason| show::worded(reason)).collect(),
            contact: row.contact,
        };
        serde_json::to_writer(&mut *out, &row).map_err(|e| write_failed(e.into()))
    };
    let shown = limit.and_then(|rows| u64::try_from(rows).ok());
    let found = inspect(path, opening, &OsSystem, shown, &mut row)?;
    let rest = serde_json::json!({
        "encoding": found.opened.encoding.charset.name(),
        "bom": found.opened.encoding.bom,
        "encoding_evidence": found.opened.encoding.evidence,
        "delimiter": found.opened.dialect.delimiter_text(),
        "header_row": found.opened.header_row,
        "source": found.source,
        "layout": found.layout,
        "region": found.numbers_of.as_ref().map(|n| &n.region),
        "columns": found.columns,
        "counts": found.counts,
        "warnings": found.warnings,
    });
    let rest = rest.to_string();
    let open = if written == 0 { "{\"rows\": [" } else { "\n" };
    writeln!(out, "{open}], {}", rest.trim_start_matches('{'))?;
    Ok(())
}

/// Writes the records as they are read, before mapping.
struct RawWriter<'a> {
    out: &'a mut dyn Write,
    json: bool,
    limit: Option<usize>,
    written: usize,
}

impl RawSink for RawWriter<'_> {
    fn header(&mut self, header: Option<&[String]>) -> Result<(), Error> {
        let line = match (self.json, header) {
            (true, header) => format!("{{\"header\": {}, \"rows\": [", serde_json::json!(header)),
            (false, Some(header)) => format!("{}\n", header.join(" | ")),
            (false, None) => "(no header)\n".to_owned(),
        };
        self.out.write_all(line.as_bytes()).map_err(write_failed)
    }

    fn record(&mut self, cells: &[&str]) -> Result<(), Error> {
        if self.limit.is_some_and(|most| self.written >= most) {
            return Ok(());
        }
        let line = match (self.json, self.written) {
            (true, 0) => format!("\n{}", serde_json::json!(cells)),
            (true, _) => format!(",\n{}", serde_json::json!(cells)),
            (false, _) => format!("{}\n", cells.join(" | ").replace('\n', "\u{21b5}")),
        };
        self.written += 1;
        self.out.write_all(line.as_bytes()).map_err(write_failed)
    }
}

fn raw(out: &mut dyn Write, path: &Path, opening: &Opening, limit: Option<usize>, json: bool) -> Result<(), Failure> {
    let mut writer = RawWriter {
        out,
        json,
        limit,
        written: 0,
    };
    inspect_raw(path, opening, &mut writer)?;
    if json {
        writeln!(out, "\n]}}")?;
    }
    Ok(())
}

struct BadRow {
    line: u64,
    reasons: Vec<Reason>,
}

fn people(out: &mut dyn Write, input: &Input, opening: &Opening, limit: Option<usize>) -> Result<(), Failure> {
    let most = limit.unwrap_or(SHOWN);
    let mut bad: Vec<BadRow> = Vec::new();
    let mut row = |row: InspectedRow<'_>| -> Result<(), Error> {
        if row.status == "invalid" && bad.len() < most {
            bad.push(BadRow {
                line: row.line,
                reasons: row.reasons.into_iter().cloned().collect(),
            });
        }
        Ok(())
    };
    // Valid rows are not shown.
    let found = inspect(input.path(), opening, &OsSystem, Some(0), &mut row)?;
    tell_file(out, &input.name(), &found)?;
    tell_columns(out, &found.columns)?;
    tell_counts(out, &found, &bad)?;
    Ok(())
}

fn tell_file(out: &mut dyn Write, name: &str, found: &Inspected) -> io::Result<()> {
    let opened = &found.opened;
    let mark = if opened.encoding.bom {
        ", with byte order mark"
    } else {
        ""
    };
    let delimiter = match opened.dialect.delimiter {
        b'\t' => "tab".to_owned(),
        b';' => "semicolon".to_owned(),
        b'|' => "bar".to_owned(),
        b',' => "comma".to_owned(),
        other => char::from(other).escape_default().to_string(),
    };
    let header = match opened.header_row {
        Some(0) => "in the first record".to_owned(),
        Some(at) => format!("in record {}; the lines before it are skipped", at + 1),
        None => "none; columns are recognised by their values".to_owned(),
    };
    writeln!(out, "{name}")?;
    let mut rows = Vec::new();
    if let Some(source) = &found.source {
        rows.push(vec!["Format".to_owned(), show::source(source)]);
    }
    if !found.source.as_ref().is_some_and(TableSource::is_converted) {
        let encoding = &opened.encoding;
        let (name, evidence) = (encoding.charset.name(), &encoding.evidence);
        rows.push(vec!["Encoding".to_owned(), format!("{name}{mark} ({evidence})")]);
        rows.push(vec!["Delimiter".to_owned(), delimiter]);
    }
    rows.push(vec!["Header".to_owned(), header]);
    if let Some(layout) = &found.layout {
        rows.push(vec!["Layout".to_owned(), layout.clone()]);
    }
    if let Some(numbers) = &found.numbers_of {
        let why = if numbers.assumed {
            " (assumed; --region says otherwise)"
        } else {
            ""
        };
        rows.push(vec![
            "Numbers".to_owned(),
            format!("without country code are read as those of {}{why}", numbers.region),
        ]);
    }
    table(out, &rows)?;
    show::losses(out, found.source.as_ref())
}

fn tell_columns(out: &mut dyn Write, columns: &[Column]) -> io::Result<()> {
    writeln!(out, "\nColumns")?;
    let rows: Vec<Vec<String>> = columns
        .iter()
        .map(|c| {
            let field = match (c.field(), &c.proposal) {
                (Some(field), _) => field,
                (None, Some(proposal)) => format!("- ({proposal}?)"),
                (None, None) if c.is_kept() => "(kept)".to_owned(),
                (None, None) => "-".to_owned(),
            };
            vec![
                c.header.replace('\n', " "),
                field,
                format!("{:>3.0} %", c.confidence * 100.0),
                c.reason.clone(),
            ]
        })
        .collect();
    table(out, &rows)
}

fn tell_counts(out: &mut dyn Write, found: &Inspected, bad: &[BadRow]) -> io::Result<()> {
    let counts = &found.counts;
    writeln!(
        out,
        "\n{}: {} valid, {} duplicate, {} invalid",
        counted(counts.rows, "row", "rows"),
        grouped(counts.new),
        grouped(counts.duplicate + counts.ambiguous),
        grouped(counts.invalid),
    )?;
    if !bad.is_empty() {
        writeln!(
            out,
            "\nInvalid rows{}",
            if (bad.len() as u64) < counts.invalid {
                " (the first of them)"
            } else {
                ""
            }
        )?;
    }
    for row in bad {
        show::reasons(out, row.line, row.reasons.iter())?;
    }
    show::warnings(out, &found.warnings)?;
    Ok(())
}
