//! The data needed to validate a row besides the row: the mapping, the country of numbers, the order of dates, the
//! workspace's rules for contacts.

use super::date_orders::ColumnDates;
use super::judged::BadValues;
use crate::mapping::BoundMapping;
use crate::open::Record;
use model::{
    AddressPart, ContactRules, CustomField, DateOrder, FieldKind, Label, Notation, Patch, Region, Slot,
    region_of_country,
};

/// Candidates for the country of a number without country code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// The country chosen for the import, for every row.
    pub chosen: Option<Region>,
    /// The country in which most bare numbers of the file are valid.
    pub suggested: Option<Region>,
    /// The workspace's country, used if the file is no evidence.
    pub fallback: Option<Region>,
    /// Whether the countries that rows name are not the countries of their numbers.
    pub rows_disagree: bool,
}

/// Everything that judging needs besides the row.
#[derive(Clone, Debug)]
pub struct Judge {
    pub(super) mapping: BoundMapping,
    pub(super) regions: Regions,
    pub(super) notation: Notation,
    /// How the dates of single columns are read, if different from `notation`.
    pub(super) dates: Vec<ColumnDates>,
    pub(super) bad_values: BadValues,
    pub(super) rules: ContactRules,
    /// For each column, the custom field that it fills, if the field does not accept every text.
    pub(super) fields: Vec<Option<CustomField>>,
    /// The layout's id: some layouts write values in special ways.
    pub(super) layout: Option<String>,
    pub(super) keep_patch: bool,
}

impl Judge {
    /// Creates a judge for the rows of one file.
    pub fn new(mapping: BoundMapping, layout: Option<String>) -> Self {
        Self {
            mapping,
            regions: Regions::default(),
            notation: Notation::default(),
            dates: Vec::new(),
            bad_values: BadValues::default(),
            rules: ContactRules::default(),
            fields: Vec::new(),
            layout,
            keep_patch: false,
        }
    }

    /// Sets the country of numbers without country code.
    pub fn with_regions(mut self, regions: Regions) -> Self {
        self.regions = regions;
        self
    }

    /// Sets the order of day and month.
    pub fn with_date_order(mut self, order: DateOrder) -> Self {
        self.notation.dates = order;
        self
    }

    /// Sets the order of day and month of single columns.
    pub fn with_column_dates(mut self, dates: Vec<ColumnDates>) -> Self {
        self.dates = dates;
        self
    }

    /// Sets the order of day and month, and the decimal sign.
    pub fn with_notation(mut self, notation: Notation) -> Self {
        self.notation = notation;
        self
    }

    /// Sets the workspace's rules for contacts.
    pub fn with_rules(mut self, rules: ContactRules) -> Self {
        let field = |slot: &Option<Slot>| match slot {
            Some(Slot::Custom(name)) => rules.field(name).filter(|field| field.kind != FieldKind::Text).cloned(),
            _ => None,
        };
        self.fields = self
            .mapping
            .columns()
            .iter()
            .map(|column| field(&column.slot))
            .collect();
        self.rules = rules;
        self
    }

    /// Sets the rule for values that cannot be read.
    pub fn with_bad_values(mut self, rule: BadValues) -> Self {
        self.bad_values = rule;
        self
    }

    /// Whether to keep the values for updating contacts.
    pub fn keeping_patches(mut self, keep: bool) -> Self {
        self.keep_patch = keep;
        self
    }

    /// The mapping by which rows are read.
    pub fn mapping(&self) -> &BoundMapping {
        &self.mapping
    }

    /// The country of the import, for numbers whose row names none.
    pub(super) fn import_region(&self) -> Option<Region> {
        self.regions.chosen.or(self.regions.suggested).or(self.regions.fallback)
    }

    /// Returns an empty patch with capacity for the values of a row.
    pub(super) fn empty_patch(&self) -> Patch {
        let mut patch = Patch::default();
        let columns = self.mapping.columns();
        let count = |is_wanted: fn(&Slot) -> bool| {
            let slots = columns.iter().filter_map(|column| column.slot.as_ref());
            slots.filter(|slot| is_wanted(slot)).count()
        };
        patch.texts.reserve(count(|slot| matches!(slot, Slot::Text(_))));
        patch.emails.reserve(count(|slot| matches!(slot, Slot::Email(_))));
        patch.phones.reserve(count(|slot| matches!(slot, Slot::Phone(_))));
        patch.addresses.reserve(count(|slot| matches!(slot, Slot::Address(..))));
        patch
    }

    /// Returns the countries that the row names, each with the label of its address.
    pub(super) fn regions_named<'a>(&'a self, record: Record<'a>) -> Vec<(&'a Label, Region)> {
        if self.regions.rows_disagree {
            return Vec::new();
        }
        let columns = self.mapping.columns().iter().enumerate();
        columns
            .filter_map(|(at, column)| match &column.slot {
                Some(Slot::Address(label, AddressPart::Country)) => {
                    Some((label, record.get(at).and_then(region_of_country)?))
                }
                _ => None,
            })
            .collect()
    }

    /// Returns how the dates of a column are read.
    pub(super) fn notation_of(&self, column: usize) -> (Notation, Option<ColumnDates>) {
        let own = self.dates.iter().find(|dates| dates.column == column).copied();
        let notation = Notation {
            dates: own.map_or(self.notation.dates, ColumnDates::order),
            ..self.notation
        };
        (notation, own)
    }
}
