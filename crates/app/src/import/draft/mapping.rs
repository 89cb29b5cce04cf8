//! The mapping of a draft's file, and mappings that are remembered by header row.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::analysis::FileAnalysis;
use crate::import::draft::MappedFile;
use crate::import::draft::samples::samples;
use crate::workspace::custom_fields::WorkspaceRules;
use exchange::mapping::layout_name;
use model::Slot;
use store::ImportId;
use xxhash_rust::xxh3::Xxh3;

impl App {
    /// Returns how the file is read and what its columns become.
    ///
    /// # Errors
    /// [`Error::NotADraft`]; when the file cannot be read with these settings.
    pub fn mapped_file(&self, actor: Actor, import: ImportId) -> Result<MappedFile, Error> {
        let (stored, cache) = self.draft_cache(actor, import)?;
        let plan = crate::import::draft::plan::draft_plan(&stored)?;
        let terms = self.terms(actor)?;
        let look = cache.look(&plan.settings, &terms)?;
        let reading = &look.reading;
        Ok(MappedFile {
            encoding: look.opened.encoding.clone(),
            dialect: look.opened.dialect.clone(),
            header_row: look.opened.header_row,
            layout: look.layout.as_deref().and_then(layout_name).map(str::to_owned),
            columns: look.columns.clone(),
            samples: (0..look.columns.len())
                .map(|at| samples(&look.opened.sample, at))
                .collect(),
            taken_by: reading.mapping.columns().iter().map(|column| column.taken_by).collect(),
            numbers_of: reading.numbers_of(),
            month_first: reading.dates.first().map(|dates| dates.month_first),
            dates_assumed: reading.dates_assumed(),
            remembered: plan.remembered,
            fields: terms.rules.offered().map(|field| field.name.clone()).collect(),
            may_define: terms.may_define,
        })
    }
}

/// Returns the hash by which a header row is recognised again; `None` for a file without a header row.
pub(crate) fn header_hash(look: &FileAnalysis) -> Option<u128> {
    look.opened.header_row?;
    let mut hash = Xxh3::new();
    for name in &look.opened.header {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
    }
    Some(hash.digest128())
}

/// Returns the mapping in the form in which it is remembered: the text of each column's slot.
pub(crate) fn mapping_text(look: &FileAnalysis) -> String {
    let slots: Vec<String> = look
        .reading
        .mapping
        .columns()
        .iter()
        .map(|c| slot_text(c.slot.as_ref()))
        .collect();
    crate::json::to_json(&slots)
}

fn slot_text(slot: Option<&Slot>) -> String {
    slot.map(Slot::to_string).unwrap_or_default()
}

/// Returns the choices that turn the proposed mapping into the remembered one; `None` if they are equal, or if the
/// remembered one does not fit the file.
pub(crate) fn remembered_choices(
    text: &str,
    look: &FileAnalysis,
    terms: &WorkspaceRules,
) -> Option<Vec<(String, String)>> {
    let mut slots: Vec<String> = serde_json::from_str(text).ok()?;
    let columns = look.reading.mapping.columns();
    let readable = slots.iter().all(|slot| slot.is_empty() || slot.parse::<Slot>().is_ok());
    if slots.len() != columns.len() || !readable {
        return None;
    }
    for (slot, column) in slots.iter_mut().zip(columns) {
        // A field that is no longer offered is left out, unless the proposed mapping has it, as for an export with this
        // field.
        if let Ok(Slot::Custom(name)) = slot.parse()
            && *slot != slot_text(column.slot.as_ref())
            && terms
                .rules
                .field(&name)
                .map_or(!terms.may_define, |field| field.archived)
        {
            slot.clear();
        }
    }
    let choices: Vec<(String, String)> = slots
        .into_iter()
        .zip(columns)
        .enumerate()
        .filter(|(_, (slot, column))| *slot != slot_text(column.slot.as_ref()))
        .map(|(at, (slot, _))| (format!("#{}", at + 1), slot))
        .collect();
    (!choices.is_empty()).then_some(choices)
}
