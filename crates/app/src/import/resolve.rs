//! What becomes of a row, given the contacts that it matches and the rule for them.
//!
//! Pure functions, so that the run, the preview and the pages of both decide and explain alike. Finding the matches is in
//! `matches`, carrying out a resolution in `row_import`.

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

/// What applies to one row: the options of the import and, if there is one, the decision for this row.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    options: ImportOptions,
    decision: Option<Decision>,
}

impl Rule {
    /// The rule for the record with this number in the file.
    pub fn of_row(options: ImportOptions, decisions: Option<&Decisions>, record: u64) -> Self {
        Self {
            options,
            decision: decisions.and_then(|decisions| decisions.get(&record)).copied(),
        }
    }

    /// The rule once the chosen contact does not match any more: no other contact takes its place.
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

    /// Whether a row that matches becomes a contact all the same.
    pub fn creates(&self) -> bool {
        self.options().duplicates == Duplicates::Create
    }

    /// How the row's values are brought into a contact that it matches; none if they are not. A contact that is only
    /// possibly the same gets values by decision, or if one kind of key was chosen to identify contacts.
    fn fill(&self, matched: &Matched) -> Option<Fill> {
        let is_set_apart =
            matched.is_only_possible && self.decision.is_none() && !self.options.matching.is_of_one_kind();
        self.options().fill().filter(|_| !is_set_apart)
    }

    /// Whether the row would change the contact if the member might.
    fn is_view_only(&self, matched: &Matched) -> bool {
        matched.right < Right::Edit && self.fill(matched).is_some()
    }

    fn may_overwrite(&self) -> bool {
        self.decision.is_some() || self.options.conflicts == Conflicts::Overwrite
    }

    /// The contact with the row's values. Where the rule brings in none, with those that an update would.
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

    /// How the row's values meet those of the contact. A row of our own export has all values of the lists that it has
    /// columns for, so it replaces them; as long as the contact is what was exported, an empty cell says that somebody has
    /// taken its value out.
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

/// The values of a row without what a spreadsheet has done to those of the contact. Rows of one file are not compared with
/// each other.
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

/// What becomes of a row. `matched` is a place among its matches.
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
    /// The row cannot be imported, for its own reasons and these.
    Invalid(Vec<Reason>),
}

impl Resolution {
    /// The place of the match that it is about; none if there is none or more than one.
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

/// What becomes of a row, and what a spreadsheet has done to the values that it was compared by.
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

/// Decides what becomes of a row that is valid, or may be excused. What the import `run` has written itself is no conflict.
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

/// What becomes of a row whose values are to be brought into a contact.
fn compare(row: &ParsedRow, matched: &Matched, place: usize, rule: &Rule, run: RunId) -> Result<Resolved, Error> {
    let known = matched.known(run)?;
    let values = undamaged(row, &known);
    let (before, after) = (known.contact, rule.updated_with(row, &known, &values));
    let resolution = if after == *before {
        Resolution::Unchanged { matched: place }
    } else if let Some(reason) = spoiled(row, before, &after) {
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

/// A new contact needs more than an update: what the workspace requires.
fn create(row: &ParsedRow, creation: Resolution) -> Resolution {
    if row.is_invalid() {
        return Resolution::Invalid(Vec::new());
    }
    if row.lacking.is_empty() {
        return creation;
    }
    Resolution::Invalid(row.lacking.iter().map(|(_, reason)| reason.clone()).collect())
}

/// Why an update must not be made: it takes away what a contact needs. What was missing before does not matter.
fn spoiled(row: &ParsedRow, before: &Contact, after: &Contact) -> Option<Reason> {
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

/// What a spreadsheet has done to the values of a row of a class, given the contact that it matches; none if the row is not
/// compared with it.
pub(crate) fn damage_of(row: &ParsedRow, class: RowClass, known: &Known<'_>) -> Option<Vec<Damage>> {
    let is_compared = matches!(class, RowClass::Update | RowClass::Unchanged);
    let is_excused = row.is_invalid() && class != RowClass::Invalid;
    (is_compared || is_excused).then(|| undamaged(row, known).damage)
}

/// Adds damage to the reasons of a row. Where it excuses what could not be read, the row is not invalid any more.
pub(crate) fn note_damage(row: &mut ParsedRow, damage: &[Damage], mapping: &BoundMapping) {
    let warnings: Vec<Reason> = damage.iter().map(|damage| damage.reason(mapping, row.line)).collect();
    // What was suspected of the same value is certain now.
    let is_suspected = |reason: &Reason| {
        warnings
            .iter()
            .any(|w| (&w.column, &w.value) == (&reason.column, &reason.value))
    };
    row.reasons.retain(|reason| reason.warning && !is_suspected(reason));
    row.reasons.extend(warnings);
}

/// What is said about a row of a class beside its own reasons, given its matches.
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
