//! A row and the contacts that it meets: by what, and how that is told.
//!
//! Owns the sentences about duplicates, conflicts and ambiguous rows, the same in a run, a preview and a result. Leaves out
//! finding the contacts and what becomes of the row (`settle`).

use crate::access::Right;
use crate::contacts::stored::read;
use crate::import::candidate::Found;
use crate::import::pipeline::ParsedRow;
use crate::import::shared_keys::MAX_CANDIDATES;
use exchange::reason::{Code, Reason, shortened};
use model::{Contact, MatchKey, Verdict, by_key, doubt};
use store::ImportId;
use store::contacts::ContactRow;

/// The choice by which possible duplicates become contacts of their own.
const BY_NAME: &str = "--match email-or-phone-and-name";

/// By what a row matches a contact.
pub(crate) struct Matched {
    pub row: ContactRow,
    /// Its values. Of a contact that this preview would create, only those by which contacts are told apart.
    pub contact: Contact,
    /// What the member may do with it.
    pub right: Right,
    /// What they share, one at least.
    pub keys: Vec<MatchKey>,
}

/// Whether row and contact are only possibly the same, though they share the key: a switchboard, a family's address. Both
/// hold at least what that is told by (`judging`).
pub(crate) fn is_only_possible(matched: &Matched, row: &Contact) -> bool {
    let is_same = |key: &MatchKey| by_key(&matched.contact, row, key) == Verdict::Same;
    !matched.keys.iter().any(is_same)
}

/// Who a contact is and where it stands, for a message.
fn describe(matched: &Matched, run: ImportId) -> String {
    let name = matched.contact.display_name();
    match matched.row.created_by.filter(|origin| origin.import == run) {
        Some(origin) => format!("{} (line {} of this file)", shortened(&name), origin.line),
        None => format!("{} (in the directory)", shortened(&name)),
    }
}

/// Why a row is passed over: the contact is there.
pub(crate) fn duplicate_reason(
    row: &ParsedRow,
    matched: &Matched,
    run: ImportId,
    possible: bool,
) -> Result<Reason, store::Error> {
    let whom = describe(matched, run);
    let key = matched.key();
    let value = key.map_or("", |key| &key.as_str()[1..]);
    let is_content = key.is_some_and(MatchKey::is_content);
    let mut reason = if possible {
        let kind = match key {
            Some(key) if key.is_email() => "email",
            _ => "phone",
        };
        let doubt = doubt(&matched.contact, &row.read()?);
        Reason::of_row(
            Code::PossibleDuplicate,
            row.line,
            format!("This is a possible duplicate: it has the {kind} {value} of {whom}, but {doubt}."),
            format!("if they are two contacts that share it, import with {BY_NAME}"),
        )
    } else {
        let message = if is_content {
            format!("Every value of this row is that of {whom}.")
        } else if key.is_some_and(|key| key.as_str().starts_with('i')) {
            format!("This is {whom}, by its id.")
        } else {
            format!("{value} belongs to {whom} already.")
        };
        Reason::of_row(
            Code::Duplicate,
            row.line,
            message,
            "to bring in its values, import with --duplicates update or fill",
        )
    };
    if !is_content {
        reason.value = value.to_owned();
    }
    Ok(reason)
}

/// Why a row is passed over: the contact is there, and is not the member's to change.
pub(crate) fn view_only_reason(row: &ParsedRow, matched: &Matched, run: ImportId) -> Result<Reason, store::Error> {
    let told = duplicate_reason(row, matched, run, false)?;
    Ok(Reason {
        code: Code::ViewOnly,
        message: format!("{} It is shared with you to view, so it is not changed.", told.message),
        advice: "ask its owner to let you edit it, or import the row as a contact of your own".to_owned(),
        ..told
    })
}

/// Why a row is passed over: the contact was changed.
pub(crate) fn conflict_reason(row: &ParsedRow, matched: &Matched) -> Reason {
    Reason::of_row(
        Code::Conflict,
        row.line,
        format!(
            "{} was changed here since this row was exported.",
            describe(matched, ImportId(0))
        ),
        "export again and repeat your change, or import with --conflicts overwrite",
    )
}

/// Why a row is passed over: it could be several.
pub(crate) fn ambiguous_reason(row: &ParsedRow, matches: &[Matched], run: ImportId) -> Reason {
    let whom: Vec<String> = matches.iter().take(3).map(|m| describe(m, run)).collect();
    let number = match matches.len() {
        some @ ..=MAX_CANDIDATES => some.to_string(),
        _ => format!("more than {MAX_CANDIDATES}"),
    };
    Reason::of_row(
        Code::Ambiguous,
        row.line,
        format!("This row matches {number} contacts: {}.", whom.join("; ")),
        "merge them, take the value that does not belong out of the row, or choose another rule with --match",
    )
}

impl Matched {
    /// A contact that a row matches by a key.
    ///
    /// # Errors
    /// When what is stored of it cannot be read.
    pub fn by(found: Found, key: MatchKey) -> Result<Self, store::Error> {
        let Found { right, row } = found;
        Ok(Self {
            contact: read(&row)?,
            row,
            right,
            keys: vec![key],
        })
    }

    /// A contact that a row is known to meet, and the key that they share: the email or phone, if there is one.
    ///
    /// # Errors
    /// When what is stored of it cannot be read.
    pub fn known(row: &ParsedRow, found: Found) -> Result<Self, store::Error> {
        let by_id = MatchKey::from_stored(format!("i{}", found.row.id));
        let mut matched = Self::by(found, by_id)?;
        let keys = MatchKey::of(&matched.contact);
        let shared: Vec<MatchKey> = row.keys.iter().filter(|key| keys.contains(key)).cloned().collect();
        if row.id != Some(matched.row.id) && !shared.is_empty() {
            matched.keys = shared;
        }
        Ok(matched)
    }

    /// The key that is told: an email before a phone.
    fn key(&self) -> Option<&MatchKey> {
        let rank = |key: &&MatchKey| (!key.is_email(), !key.is_phone());
        self.keys.iter().min_by_key(rank)
    }
}
