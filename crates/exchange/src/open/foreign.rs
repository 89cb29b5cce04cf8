//! Recognises text formats that are not CSV: markup, vCard, SQL, printed tables, `key: value` lines and the like.

use super::refusal::Refusal;

/// How many bytes of a text are examined.
const LOOKED_AT: usize = 64 * 1024;
/// How many lines are examined.
const LINES: usize = 60;

/// Returns the format of a text that is not CSV; `None` if no such format is recognised.
pub fn format_of(sample: &[u8]) -> Option<Refusal> {
    let text = sample[..sample.len().min(LOOKED_AT)].trim_ascii_start();
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).take(LINES).collect();
    by_beginning(&text)
        .or_else(|| markup(&text))
        .or_else(|| is_json(&text).then_some(Refusal::Json))
        .or_else(|| is_ldif(&lines).then_some(Refusal::Ldif))
        .or_else(|| is_sql(&lines).then_some(Refusal::Sql))
        .or_else(|| printed_table(&lines))
        .or_else(|| is_message(&lines).then_some(Refusal::Message))
        .or_else(|| is_key_value(&lines).then_some(Refusal::KeyValue))
        .or_else(|| has_written_line_breaks(&text).then_some(Refusal::WrittenLineBreaks))
}

fn begins(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    })
}

fn by_beginning(text: &str) -> Option<Refusal> {
    let known: [(&[&str], Refusal); 7] = [
        (&["begin:vcard", "mecard:"], Refusal::Vcard),
        (&["begin:vcalendar"], Refusal::Calendar),
        (&["{\\rtf"], Refusal::RichText),
        (
            &["version https://git-lfs.github.com/", "/annex/objects/"],
            Refusal::Pointer,
        ),
        (&["%!ps", "%pdf"], Refusal::Pdf),
        (&["-----begin "], Refusal::Encrypted),
        (&["%yaml"], Refusal::KeyValue),
    ];
    known
        .into_iter()
        .find(|(words, _)| begins(text, words))
        .map(|(_, refusal)| refusal)
}

fn markup(text: &str) -> Option<Refusal> {
    const HTML: [&str; 10] = [
        "<!doctype html",
        "<html",
        "<table",
        "<head",
        "<body",
        "<meta",
        "<div",
        "<script",
        "<style",
        "<title",
    ];
    let start: String = text.chars().take(2000).collect::<String>().to_ascii_lowercase();
    if begins(text, &HTML) || text.starts_with('<') && start.contains("<html") {
        return Some(Refusal::Html);
    }
    if begins(text, &["<?xml", "<!doctype"]) {
        return Some(Refusal::Xml);
    }
    // A header may contain a tag; a document consists of tags.
    let (tags, lines) =
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .fold((0, 0), |(tags, lines), line| {
                (
                    tags + usize::from(line.starts_with('<') && line.ends_with('>')),
                    lines + 1,
                )
            });
    if !text.starts_with('<') || tags * 2 <= lines {
        return None;
    }
    let html = ["<p>", "<tr", "<td", "<a ", "<br", "<ul", "<ol", "<li"];
    Some(if begins(text, &html) {
        Refusal::Html
    } else {
        Refusal::Xml
    })
}

fn is_json(text: &str) -> bool {
    let mut compact = text.chars().filter(|c| !c.is_whitespace());
    let start: String = compact.by_ref().take(2).collect();
    match start.as_str() {
        "{\"" | "[{" | "[\"" | "{}" | "[]" => true,
        // `[[table]]` is TOML.
        "[[" => compact
            .next()
            .is_some_and(|c| matches!(c, '"' | '[' | ']' | '{' | '-') || c.is_ascii_digit()),
        "{'" => text.contains("':"),
        _ => false,
    }
}

/// The first line that is neither empty nor a comment.
fn first_line<'a>(lines: &[&'a str], comments: &[&str]) -> Option<&'a str> {
    let is_comment = |line: &str| comments.iter().any(|sign| line.starts_with(sign));
    lines
        .iter()
        .map(|line| line.trim())
        .find(|line| !line.is_empty() && !is_comment(line))
}

fn is_ldif(lines: &[&str]) -> bool {
    let is_name = |line: &str| begins(line, &["dn:"]) && line.contains('=') || begins(line, &["dn:: "]);
    let is_version = |line: &str| begins(line, &["version:"]);
    let begin = first_line(lines, &["#"]).unwrap_or_default();
    is_name(begin) || is_version(begin) && lines.iter().any(|line| is_name(line))
}

/// Whether the text is an SQL dump: its first statement creates or fills a table, or prepares for one that does.
fn is_sql(lines: &[&str]) -> bool {
    let fills = |line: &str| {
        let line = line.trim_start();
        begins(
            line,
            &[
                "insert into ",
                "insert ignore into ",
                "insert [",
                "replace into ",
                "create table ",
                "create temporary table ",
            ],
        ) || begins(line, &["copy "]) && line.to_ascii_lowercase().contains(" from stdin")
    };
    const PREPARES: [&str; 12] = [
        "set ",
        "use ",
        "begin;",
        "begin transaction",
        "start transaction",
        "drop ",
        "create ",
        "lock tables",
        "pragma ",
        "alter ",
        "select pg_catalog",
        "delete from ",
    ];
    let begin = first_line(lines, &["--", "/*", "#", "\\"]).unwrap_or_default();
    let commented = lines
        .first()
        .is_some_and(|line| line.starts_with("--") || line.starts_with("/*"));
    fills(begin)
        || (begins(begin, &PREPARES) && (begin.ends_with(';') || lines.contains(&"GO")) || commented)
            && lines.iter().any(|line| fills(line))
}

/// Recognises a table drawn with lines: the output of a database client, Markdown, reStructuredText.
fn printed_table(lines: &[&str]) -> Option<Refusal> {
    let begin = first_line(lines, &[]).unwrap_or_default();
    if begin.starts_with("-[ RECORD ")
        || begin.starts_with("***") && begin.ends_with(". row ***************************")
    {
        return Some(Refusal::PrintedTable);
    }
    let is_rule = |line: &str| {
        let drawn = |c: char| matches!(c, '-' | '=' | '+' | '|' | ':' | ' ' | '\u{2500}'..='\u{257f}');
        let strokes = |c: &char| matches!(c, '-' | '=' | '\u{2500}' | '\u{2501}' | '\u{2550}');
        line.chars().all(drawn) && line.chars().filter(strokes).count() >= 3
    };
    let has_bars = |line: &str| line.contains(['|', '\u{2502}', '\u{2551}', '\u{2503}']);
    let at = lines.iter().take(30).position(|line| is_rule(line))?;
    let rule = lines[at];
    let beside = [at.checked_sub(1), Some(at + 1)];
    let mut beside = beside
        .into_iter()
        .flatten()
        .filter_map(|at| lines.get(at))
        .filter(|line| !is_rule(line));
    if !beside.clone().any(|line| has_bars(line)) {
        // One column: a title, its rule, values, and the row count.
        let counted = lines
            .iter()
            .any(|line| line.starts_with('(') && (line.ends_with(" rows)") || line == &"(1 row)"));
        return (counted && beside.next().is_some()).then_some(Refusal::PrintedTable);
    }
    let is_markdown = rule.contains('|') && !rule.contains('+');
    Some(if is_markdown {
        Refusal::Markdown
    } else {
        Refusal::PrintedTable
    })
}

fn is_message(lines: &[&str]) -> bool {
    let headers = [
        "return-path:",
        "received:",
        "delivered-to:",
        "mime-version:",
        "message-id:",
        "x-mozilla-status:",
    ];
    let begin = lines.first().copied().unwrap_or_default();
    begins(begin, &headers)
        || begins(begin, &["from ", "from:", "subject:", "date:"]) && lines.iter().any(|line| begins(line, &headers))
}

/// Whether nearly every line is a key with its value, as in YAML or settings files, and not a table row.
fn is_key_value(lines: &[&str]) -> bool {
    let written: Vec<&str> = lines
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .collect();
    let is_key = |key: &str| {
        let key = key.trim().trim_matches('"');
        let first = key.chars().next();
        first.is_some_and(|c| c.is_alphabetic() || c == '_')
            && key.len() <= 40
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '))
    };
    let is_mark = |line: &str| {
        line == "---" || line == "..." || line.starts_with('#') || line.starts_with('[') && line.ends_with(']')
    };
    let is_pair = |line: &&&str| {
        let line = line.trim_start_matches("- ");
        let pair = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")));
        pair.or_else(|| line.split_once('='))
            .is_some_and(|(key, _)| is_key(key))
    };
    let marks = written.iter().filter(|line| is_mark(line)).count();
    let pairs = written.iter().filter(|line| !is_mark(line)).filter(is_pair).count();
    let items = written.iter().filter(|line| line.starts_with("- ")).count();
    pairs >= 2 && (pairs + marks).max(pairs + items) * 10 >= written.len() * 9
}

/// Whether line breaks are written as a backslash and the letter n, so that the whole file is one line.
fn has_written_line_breaks(text: &str) -> bool {
    let text = text.trim_end();
    if text.contains(['\n', '\r']) || !text.contains("\\n") {
        return false;
    }
    let lines: Vec<&str> = text
        .trim_end_matches("\\n")
        .split("\\n")
        .map(|line| line.trim_end_matches("\\r"))
        .collect();
    let width = |delimiter: char| {
        let cells = lines[0].matches(delimiter).count();
        cells > 0 && lines.iter().all(|line| line.matches(delimiter).count() == cells)
    };
    lines.len() > 1 && [',', ';', '\t', '|'].into_iter().any(width)
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
