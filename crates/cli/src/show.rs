//! Text output: numbers with digit groups, tables, reasons.

use app::{Counts, Hint, Notable, Reason, TableSource, Warnings};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Formats a number with digit groups.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Formats a number and what it counts: `1 row`, `2 rows`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Writes rows of cells in aligned columns. A column is as wide as its widest cell, at most 40, except the last one.
pub fn table(out: &mut dyn Write, rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|r| r.get(column))
            .map(|c| c.width())
            .max()
            .unwrap_or(0)
            .min(40)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::from(" ");
        for (at, cell) in row.iter().enumerate() {
            line.push(' ');
            line.push_str(cell);
            if at + 1 < row.len() {
                line.push_str(&" ".repeat(widths[at].saturating_sub(cell.width()) + 1));
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Describes where a table comes from, and which other sheets can be read.
pub fn source(source: &TableSource) -> String {
    let others: Vec<&str> = source.other_sheets().collect();
    match others.as_slice() {
        [] => source.to_string(),
        others => format!("{source} (--sheet reads another one: {})", others.join(", ")),
    }
}

/// Writes which values were already lost in a file of another format.
pub fn losses(out: &mut dyn Write, source: Option<&TableSource>) -> io::Result<()> {
    let losses = source.map(TableSource::losses).unwrap_or_default();
    losses.iter().try_for_each(|loss| writeln!(out, "\n{loss}"))
}

/// Writes the counts of the rows, one line for each class that is not empty.
pub fn counts(out: &mut dyn Write, counts: &Counts, dry_run: bool) -> io::Result<()> {
    let (created, changed) = if dry_run {
        ("would be created", "would be updated")
    } else {
        ("created", "updated")
    };
    let possible = match counts.possible {
        0 => String::new(),
        n => format!(
            "; {} of them share a phone or an email but have another name (--match email-or-phone-and-name brings them in)",
            grouped(n)
        ),
    };
    let classes = [
        (counts.new, created.to_owned()),
        (counts.update, changed.to_owned()),
        (counts.unchanged, "unchanged: the row brings nothing new".to_owned()),
        (
            counts.duplicate,
            format!("skipped: the contact is there already{possible}"),
        ),
        (counts.ambiguous, "skipped: two contacts match".to_owned()),
        (
            counts.conflict,
            "skipped: changed here since they were exported".to_owned(),
        ),
        (counts.invalid, "rejected".to_owned()),
    ];
    let mut rows = vec![vec![
        grouped(counts.rows),
        if counts.rows == 1 { "row" } else { "rows" }.to_owned(),
    ]];
    rows.extend(
        classes
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| vec![grouped(n), what]),
    );
    let widest = rows.iter().map(|r| r[0].len()).max().unwrap_or(0);
    for row in &mut rows {
        row[0] = format!("{:>widest$}", row[0]);
    }
    table(out, &rows)
}

/// Writes the rows that need attention.
pub fn notable(out: &mut dyn Write, rows: &[Notable]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nRows to look at (the first of each kind):")?;
    for row in rows {
        reasons(out, row.line, row.reasons.iter())?;
    }
    Ok(())
}

/// Writes the warnings of imported rows: the count of each kind, and the first ones.
pub fn warnings(out: &mut dyn Write, warnings: &Warnings) -> io::Result<()> {
    if warnings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWarnings (rows that are imported anyway):")?;
    for kind in warnings.kinds() {
        writeln!(out, "  {} {}", grouped(kind.count), kind.words())?;
        for warned in &kind.first {
            let column = match warned.column.as_str() {
                "" => String::new(),
                column => format!(", {column}"),
            };
            let said = warned
                .said
                .as_ref()
                .map(|said| format!(": {} {}", said.message, capitalised(&said.advice)));
            writeln!(out, "    line {}{column}{}", warned.line, said.unwrap_or_default())?;
        }
    }
    Ok(())
}

/// Writes the reasons of one row.
pub fn reasons<'a>(out: &mut dyn Write, line: u64, reasons: impl Iterator<Item = &'a Reason>) -> io::Result<()> {
    for reason in reasons {
        let column = if reason.column.is_empty() {
            String::new()
        } else {
            format!(", {}", reason.column)
        };
        writeln!(
            out,
            "  line {line}{column}: {} {}",
            reason.message,
            capitalised(advice(reason))
        )?;
    }
    Ok(())
}

/// Returns what to do about a reason, naming the option that helps.
fn advice(reason: &Reason) -> &str {
    match reason.hint() {
        Some(Hint::Encoding) => {
            "write this row again in the encoding of the others, or choose the file's encoding (--encoding)"
        }
        Some(Hint::Duplicates) => "to bring in its values, import with --duplicates update or fill",
        Some(Hint::MatchByName) => {
            "if they are two contacts that share it, import with --match email-or-phone-and-name"
        }
        Some(Hint::Match) => {
            "merge them, take the value that does not belong out of the row, or choose another rule with --match"
        }
        Some(Hint::Conflicts) => "export again and repeat your change, or import with --conflicts overwrite",
        None => &reason.advice,
    }
}

/// Returns a reason for JSON output, with the advice for users of the command line.
pub fn worded(reason: &Reason) -> Reason {
    Reason {
        advice: advice(reason).to_owned(),
        ..reason.clone()
    }
}

fn capitalised(advice: &str) -> String {
    let mut chars = advice.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if advice.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "row", "rows"), "1 row");
    }
}
