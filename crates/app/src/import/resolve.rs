//! Decides what happens to a row, given the contacts that it matches and the rule for them.
//!
//! Pure functions, so that the run, the preview and the pages of both decide and explain in the same way. Matches are
//! found in `matches`, a resolution is carried out in `row_import`.

use crate::access::Right;
use crate::error::Error;
use crate::import::counts::RowClass;
use crate::import::match_reasons::{ambiguous_reason, conflict_reason, duplicate_reason, view_only_reason};
use crate::import::matches::{Known, Matched};
use crate::import::outcome::{Decision, Decisions};
use crate::import::pipeline::ParsedRow;
use crate::import_options::{Conflicts, Duplicates, ImportOptions};
use exchange::mapping::BoundMapping;
use exchange::reason::{Code, Reason};
use exchange::spreadsheet_damage::{Damage, Undamaged};
use model::{Blanks, Contact, ContactId, Fill, Lists};
use std::borrow::Cow;
use store::RunId;

/// The rule for one row: the options of the import and, if there is one, the member's decision about this row.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    options: ImportOptions,
    decision: Option<Decision>,
}

impl Rule {
    /// Returns the rule for the record with this number in the file.
    pub fn of_row(options: ImportOptions, decisions: Option<&Decisions>, record: u64) -> Self {
        Self {
            options,
            decision: decisions.and_then(|decisions| decisions.get(&record)).copied(),
        }
    }

    /// Returns the rule for the only match. If the decision names another contact, which no longer matches, the
    /// decision is dropped: it does not apply to this contact.
    fn for_match(self, matched: &Matched) -> Self {
        match self.chosen() {
            Some(chosen) if chosen != matched.row.id => Self { decision: None, ..self },
            _ => self,
        }
    }

    fn chosen(&self) -> Option<ContactId> {
        match self.decision {
            Some(Decision::Update { contact } | Decision::Fill { contact }) => contact,
            Some(Decision::Skip | Decision::Create) | None => None,
        }
    }

    fn options(&self) -> ImportOptions {
        let duplicates = match self.decision {
            None => self.options.duplicates,
            Some(Decision::Skip) => Duplicates::Skip,
            Some(Decision::Update { .. }) => Duplicates::Update,
            Some(Decision::Fill { .. }) => Duplicates::Fill,
            Some(Decision::Create) => Duplicates::Create,
        };
        ImportOptions {
            duplicates,
            ..self.options
        }
    }

    /// Whether a row becomes a new contact although it matches one.
    pub fn creates(&self) -> bool {
        self.options().duplicates == Duplicates::Create
    }

    /// Returns how the row's values change the contact that it matches; `None` if they do not. A contact that is only
    /// possibly the same gets values by decision, or if the import matches by one kind of key only.
    fn fill(&self, matched: &Matched) -> Option<Fill> {
        let is_set_apart =
            matched.is_only_possible && self.decision.is_none() && !self.options.matching.is_of_one_kind();
        self.options().fill().filter(|_| !is_set_apart)
    }

    /// Whether only a missing right keeps the row from changing the contact.
    fn is_view_only(&self, matched: &Matched) -> bool {
        matched.right < Right::Edit && self.fill(matched).is_some()
    }

    fn may_overwrite(&self) -> bool {
        self.decision.is_some() || self.options.conflicts == Conflicts::Overwrite
    }

    /// Returns the contact with the row's values. If the rule changes no values, returns the result of an update.
    pub fn updated(&self, row: &ParsedRow, known: &Known<'_>) -> Contact {
        self.updated_with(row, known, &undamaged(row, known))
    }

    fn updated_with(&self, row: &ParsedRow, known: &Known<'_>, values: &Undamaged<'_>) -> Contact {
        let mut after = known.contact.clone();
        if let Some(patch) = &values.patch {
            patch.apply(&mut after, self.fill_of(row, known));
        }
        after
    }

    /// Returns how the row's values are merged with the contact's. A row of a CrystalQore export has all values of the
    /// lists that it has columns for, so it replaces them. If the contact is unchanged since the export, an empty cell
    /// means that its value was deleted in the file.
    fn fill_of(&self, row: &ParsedRow, known: &Known<'_>) -> Fill {
        let options = self.options();
        match options.fill().unwrap_or_else(|| options.update()) {
            Fill::Update(blanks, _) if known.is_named && row.version.is_some() => {
                let is_as_exported = row.version == Some(known.version);
                let of_lists = if is_as_exported { Blanks::Clear } else { blanks };
                Fill::Update(blanks, Lists::Replace(of_lists))
            }
            fill => fill,
        }
    }
}

/// Returns the values of a row without spreadsheet damage to the contact's values. A contact that was created by the
/// same file is not compared for damage.
pub(crate) fn undamaged<'r>(row: &'r ParsedRow, known: &Known<'_>) -> Undamaged<'r> {
    if known.is_of_this_file {
        return Undamaged {
            patch: row.patch.as_deref().map(Cow::Borrowed),
            damage: Vec::new(),
            excuses_unread: false,
        };
    }
    Undamaged::new(row.patch.as_deref(), &row.unread, known.contact)
}

/// What happens to a row. `matched` is an index into its matches.
pub(crate) enum Resolution {
    Create,
    /// A new contact, although the row matches one.
    CreateBeside {
        matched: usize,
    },
    Duplicate {
        matched: usize,
    },
    Ambiguous,
    Conflict {
        matched: usize,
    },
    Unchanged {
        matched: usize,
    },
    Update {
        matched: usize,
        after: Box<Contact>,
    },
    /// The row cannot be imported, for its own reasons and these additional ones.
    Invalid(Vec<Reason>),
}

impl Resolution {
    /// Returns the index of the match that the resolution refers to; `None` if it refers to none or to more than one.
    pub fn matched(&self) -> Option<usize> {
        match self {
            Self::CreateBeside { matched }
            | Self::Duplicate { matched }
            | Self::Conflict { matched }
            | Self::Unchanged { matched }
            | Self::Update { matched, .. } => Some(*matched),
            Self::Create | Self::Ambiguous | Self::Invalid(_) => None,
        }
    }

    pub fn class(&self, matches: &[Matched]) -> RowClass {
        match self {
            Self::Create | Self::CreateBeside { .. } => RowClass::New,
            Self::Duplicate { matched } if matches[*matched].is_only_possible => RowClass::Possible,
            Self::Duplicate { .. } => RowClass::Duplicate,
            Self::Ambiguous => RowClass::Ambiguous,
            Self::Conflict { .. } => RowClass::Conflict,
            Self::Unchanged { .. } => RowClass::Unchanged,
            Self::Update { .. } => RowClass::Update,
            Self::Invalid(_) => RowClass::Invalid,
        }
    }
}

/// The resolution of a row, and the spreadsheet damage that was found in its values.
pub(crate) struct Resolved {
    pub resolution: Resolution,
    pub damage: Vec<Damage>,
}

impl From<Resolution> for Resolved {
    fn from(resolution: Resolution) -> Self {
        Self {
            resolution,
            damage: Vec::new(),
        }
    }
}

/// Decides what happens to a row that is valid, or whose problems may be spreadsheet damage. A contact that the import
/// `run` has written itself is no conflict.
///
/// # Errors
/// A contact that it matches cannot be read.
pub(crate) fn resolve(row: &ParsedRow, matches: &[Matched], rule: &Rule, run: RunId) -> Result<Resolved, Error> {
    Ok(match matches {
        [] => create(row, Resolution::Create).into(),
        [only] => resolve_match(row, only, 0, &rule.for_match(only), run)?,
        _ if rule.creates() => create(row, Resolution::Create).into(),
        _ => match matches.iter().position(|m| Some(m.row.id) == rule.chosen()) {
            Some(chosen) => resolve_match(row, &matches[chosen], chosen, rule, run)?,
            None if row.is_invalid() => Resolution::Invalid(Vec::new()).into(),
            None => Resolution::Ambiguous.into(),
        },
    })
}

fn resolve_match(row: &ParsedRow, matched: &Matched, place: usize, rule: &Rule, run: RunId) -> Result<Resolved, Error> {
    if rule.creates() {
        return Ok(create(row, Resolution::CreateBeside { matched: place }).into());
    }
    let mut damage = Vec::new();
    if row.is_invalid() {
        let values = undamaged(row, &matched.known(run)?);
        if !values.excuses_unread {
            return Ok(Resolution::Invalid(Vec::new()).into());
        }
        damage = values.damage;
    }
    if rule.fill(matched).is_none() || matched.right < Right::Edit {
        let resolution = Resolution::Duplicate { matched: place };
        return Ok(Resolved { resolution, damage });
    }
    let was_changed = row.version.is_some_and(|version| version != matched.row.version);
    if was_changed && !rule.may_overwrite() && matched.row.written_by != Some(run) {
        let resolution = Resolution::Conflict { matched: place };
        return Ok(Resolved { resolution, damage });
    }
    compare(row, matched, place, rule, run)
}

/// Decides what happens to a row whose values are to be merged into a contact.
fn compare(row: &ParsedRow, matched: &Matched, place: usize, rule: &Rule, run: RunId) -> Result<Resolved, Error> {
    let known = matched.known(run)?;
    let values = undamaged(row, &known);
    let (before, after) = (known.contact, rule.updated_with(row, &known, &values));
    let resolution = if after == *before {
        Resolution::Unchanged { matched: place }
    } else if let Some(reason) = update_problem(row, before, &after) {
        return Ok(Resolution::Invalid(vec![reason]).into());
    } else {
        Resolution::Update {
            matched: place,
            after: Box::new(after),
        }
    };
    Ok(Resolved {
        resolution,
        damage: values.damage,
    })
}

/// Resolves a row as a new contact, unless the row is invalid or lacks values that the workspace requires of new
/// contacts.
fn create(row: &ParsedRow, creation: Resolution) -> Resolution {
    if row.is_invalid() {
        return Resolution::Invalid(Vec::new());
    }
    if row.lacking.is_empty() {
        return creation;
    }
    Resolution::Invalid(row.lacking.iter().map(|(_, reason)| reason.clone()).collect())
}

/// Returns why an update must not be made: it would remove a value that the contact needs. Values that were missing
/// before do not matter.
fn update_problem(row: &ParsedRow, before: &Contact, after: &Contact) -> Option<Reason> {
    if !after.has_identity() {
        return Some(Reason::of_row(
            Code::NoIdentity,
            row.line,
            format!(
                "Updating {} would leave a contact without name, company, email or phone.",
                before.display_name()
            ),
            "fill one of them",
        ));
    }
    let mut lacking = row.lacking.iter();
    let lost = lacking.find(|(slot, _)| before.has(slot) && !after.has(slot));
    lost.map(|(_, reason)| reason.clone())
}

/// Returns the spreadsheet damage in a row of this class, given the contact that it matches; `None` if the row is not
/// compared with the contact.
pub(crate) fn damage_of(row: &ParsedRow, class: RowClass, known: &Known<'_>) -> Option<Vec<Damage>> {
    let is_compared = matches!(class, RowClass::Update | RowClass::Unchanged);
    let is_excused = row.is_invalid() && class != RowClass::Invalid;
    (is_compared || is_excused).then(|| undamaged(row, known).damage)
}

/// Adds spreadsheet damage to the reasons of a row as warnings, and removes its errors, which the damage explains.
pub(crate) fn note_damage(row: &mut ParsedRow, damage: &[Damage], mapping: &BoundMapping) {
    let warnings: Vec<Reason> = damage.iter().map(|damage| damage.reason(mapping, row.line)).collect();
    // The damage replaces warnings that only suspected it in the same value.
    let is_suspected = |reason: &Reason| {
        warnings
            .iter()
            .any(|w| (&w.column, &w.value) == (&reason.column, &reason.value))
    };
    row.reasons.retain(|reason| reason.warning && !is_suspected(reason));
    row.reasons.extend(warnings);
}

/// Returns the reason for the class of a row, given its matches, in addition to the row's own reasons.
pub(crate) fn explain(
    class: RowClass,
    row: &ParsedRow,
    matches: &[Matched],
    rule: &Rule,
    run: RunId,
) -> Result<Option<Reason>, Error> {
    let Some(first) = matches.first() else { return Ok(None) };
    Ok(match class {
        RowClass::Duplicate | RowClass::Possible if rule.for_match(first).is_view_only(first) => {
            Some(view_only_reason(row, first, run)?)
        }
        RowClass::Duplicate => Some(duplicate_reason(row, first, run, false)?),
        RowClass::Possible => Some(duplicate_reason(row, first, run, true)?),
        RowClass::Conflict => Some(conflict_reason(row, first, run)?),
        RowClass::Ambiguous => Some(ambiguous_reason(row, matches, run)?),
        RowClass::New if rule.creates() => Some(duplicate_reason(row, first, run, false)?.as_warning()),
        RowClass::New | RowClass::Update | RowClass::Unchanged | RowClass::Invalid => None,
    })
}
