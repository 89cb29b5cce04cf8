//! Reasons for rows that match contacts: duplicates, conflicts and ambiguous rows.

use crate::error::Error;
use crate::import::matches::{Matched, MatchedBy};
use crate::import::pipeline::ParsedRow;
use crate::import::shared_keys::MAX_CANDIDATES;
use exchange::reason::{Code, Reason, shortened};
use model::{MatchKey, doubt};
use store::RunId;

/// Describes a contact for a message: its name, and whether it is in this file or in the directory.
fn describe(matched: &Matched, run: RunId) -> Result<String, Error> {
    let name = matched.contact()?.display_name();
    Ok(match matched.row.created_by.filter(|origin| origin.run == run) {
        Some(origin) => format!("{} (line {} of this file)", shortened(&name), origin.line),
        None => format!("{} (in the directory)", shortened(&name)),
    })
}

/// Returns the reason for a skipped row: the contact exists.
pub(crate) fn duplicate_reason(
    row: &ParsedRow,
    matched: &Matched,
    run: RunId,
    is_possible: bool,
) -> Result<Reason, Error> {
    if is_possible {
        return possible_duplicate_reason(row, matched, run);
    }
    let whom = describe(matched, run)?;
    let (value, message) = match &matched.by {
        MatchedBy::Content => (String::new(), format!("Every value of this row is that of {whom}.")),
        MatchedBy::Id => (matched.row.id.to_string(), format!("This is {whom}, by its id.")),
        MatchedBy::Keys(_) => {
            let value = matched.key().map_or("", MatchKey::value);
            (value.to_owned(), format!("{value} belongs to {whom} already."))
        }
    };
    let advice = "to bring in its values, let duplicates be updated or filled";
    let mut reason = Reason::of_row(Code::Duplicate, row.line, message, advice);
    reason.value = value;
    Ok(reason)
}

/// Returns the reason for a possible duplicate: a contact shares an email or a phone with the row, but may be another
/// person.
fn possible_duplicate_reason(row: &ParsedRow, matched: &Matched, run: RunId) -> Result<Reason, Error> {
    let key = matched.key();
    let kind = match key {
        Some(key) if key.is_email() => "email",
        _ => "phone",
    };
    let value = key.map_or("", MatchKey::value);
    let (whom, doubt) = (describe(matched, run)?, doubt(matched.contact()?, &row.read()?));
    let mut reason = Reason::of_row(
        Code::PossibleDuplicate,
        row.line,
        format!("This is a possible duplicate: it has the {kind} {value} of {whom}, but {doubt}."),
        "if they are two contacts that share it, let only rows match that have the same name too",
    );
    reason.value = value.to_owned();
    Ok(reason)
}

/// Returns the reason for a skipped row: the member may only view the contact.
pub(crate) fn view_only_reason(row: &ParsedRow, matched: &Matched, run: RunId) -> Result<Reason, Error> {
    let duplicate = duplicate_reason(row, matched, run, false)?;
    Ok(Reason {
        code: Code::ViewOnly,
        message: format!(
            "{} It is shared with you to view, so it is not changed.",
            duplicate.message
        ),
        advice: "ask its owner to let you edit it, or import the row as a contact of your own".to_owned(),
        ..duplicate
    })
}

/// Returns the reason for a skipped row: the contact was changed since the export.
pub(crate) fn conflict_reason(row: &ParsedRow, matched: &Matched, run: RunId) -> Result<Reason, Error> {
    Ok(Reason::of_row(
        Code::Conflict,
        row.line,
        format!(
            "{} was changed here since this row was exported.",
            describe(matched, run)?
        ),
        "export again and repeat your change, or let conflicts be overwritten",
    ))
}

/// Returns the reason for a skipped row: more than one contact matches.
pub(crate) fn ambiguous_reason(row: &ParsedRow, matches: &[Matched], run: RunId) -> Result<Reason, Error> {
    let whom = matches.iter().take(3).map(|m| describe(m, run));
    let whom = whom.collect::<Result<Vec<_>, Error>>()?;
    let number = match matches.len() {
        some @ ..=MAX_CANDIDATES => some.to_string(),
        _ => format!("more than {MAX_CANDIDATES}"),
    };
    Ok(Reason::of_row(
        Code::Ambiguous,
        row.line,
        format!("This row matches {number} contacts: {}.", whom.join("; ")),
        "merge them, take the value that does not belong out of the row, or choose another rule for matching",
    ))
}
