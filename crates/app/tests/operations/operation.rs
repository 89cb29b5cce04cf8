//! Random operations.
//!
//! An operation is generated for the current state of the directory, so that most of them refer to something that
//! exists, and it contains all its values, so that a failure shows what was done.

use crate::installation::Installation;
use crate::random::Random;
use crate::values;
use app::{BadValues, Conflicts, Duplicates, ExportFormat, ImportId, ImportOptions, Match, Order, Scope};
use model::{Contact, ContactId, Slot, Version};

/// An operation of a member.
#[derive(Debug)]
pub enum Operation {
    Create(Box<Contact>),
    Look(ContactId),
    Edit(ContactId, Version, Box<Contact>),
    Delete(ContactId),
    Restore(ContactId),
    Trash,
    ForgetOldTrash,
    Import(Import),
    Resume(ImportId),
    Undo(ImportId),
    Imports,
    Export(Export),
    /// Updates the search texts in one of the two installations or in both. No answer may depend on it.
    Index([bool; 2]),
}

#[derive(Debug)]
pub struct Import {
    pub csv: String,
    pub options: ImportOptions,
    pub bad_values: BadValues,
    pub stop: Stop,
    /// Whether rejected rows are written to a file.
    pub rejected: bool,
}

/// When an import is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Never,
    BeforeItBegins,
    AfterTheFirstChunk,
}

#[derive(Debug)]
pub struct Export {
    pub scope: Scope,
    pub filter: String,
    pub format: ExportFormat,
    pub order: Order,
    pub columns: Vec<Slot>,
    pub delimiter: u8,
    pub bom: bool,
}

/// What operations can refer to.
pub struct Known {
    /// Contacts that are, or were, in the directory.
    contacts: Vec<ContactId>,
    /// A recent export of the directory.
    export: String,
}

impl Known {
    pub fn new() -> Self {
        Self {
            contacts: vec![ContactId::nil()],
            export: String::new(),
        }
    }

    /// Reads the current contacts and their export.
    pub fn refresh(&mut self, installation: &Installation) {
        let everything = Export {
            scope: Scope::All,
            filter: String::new(),
            format: ExportFormat::CrystalQore,
            order: Order::Created,
            columns: Vec::new(),
            delimiter: b',',
            bom: false,
        };
        let answer = installation.export(&everything).unwrap();
        // The first line is the report.
        self.export = answer.split_once('\n').unwrap().1.to_owned();
        // The last ids are kept, even of contacts that no longer exist: they may be in the trash.
        let some_gone = self.contacts.len().saturating_sub(20);
        self.contacts.drain(..some_gone);
        let mut reader = csv::Reader::from_reader(self.export.as_bytes());
        let ids = reader.records().map(|r| r.unwrap()[0].parse::<ContactId>().unwrap());
        self.contacts.extend(ids);
    }

    fn contact(&self, random: &mut Random) -> ContactId {
        random.pick(&self.contacts)
    }
}

impl Operation {
    /// Whether `Known` must be refreshed afterwards: the operation may have changed which contacts exist.
    pub fn changes_directory(&self) -> bool {
        matches!(
            self,
            Self::Create(_) | Self::Import(_) | Self::Resume(_) | Self::Undo(_) | Self::Restore(_)
        )
    }

    pub fn random(random: &mut Random, known: &Known, installation: &Installation) -> Self {
        match random.below(40) {
            0..8 => Self::Create(Box::new(values::contact(random))),
            8 => Self::Look(known.contact(random)),
            9..14 => edit(random, known, installation),
            14..18 => Self::Delete(known.contact(random)),
            18..20 => restore(random, known, installation),
            20 if random.once_in(2) => Self::ForgetOldTrash,
            20 => Self::Trash,
            21..29 => Self::Import(import(random, known)),
            29 | 30 => resume(random, installation),
            31..33 => Self::Undo(any_import(random, installation)),
            33 => Self::Imports,
            34..38 => Self::Export(export(random)),
            _ => Self::Index(random.pick(&[[true, false], [false, true], [true, true]])),
        }
    }
}

fn edit(random: &mut Random, known: &Known, installation: &Installation) -> Operation {
    let id = known.contact(random);
    let now = installation.app.contact(installation.actor, id).ok();
    let version = now.as_ref().map_or(1, |stored| stored.version);
    let contact = match now {
        Some(stored) if random.once_in(6) => stored.contact,
        _ => values::contact(random),
    };
    let seen = if random.once_in(8) { version - 1 } else { version };
    Operation::Edit(id, seen, Box::new(contact))
}

fn restore(random: &mut Random, known: &Known, installation: &Installation) -> Operation {
    let trash = installation.app.trash(installation.actor, None, 100).unwrap();
    Operation::Restore(match trash.is_empty() || random.once_in(8) {
        true => known.contact(random),
        false => trash[random.below(trash.len())].id,
    })
}

/// Random import options.
pub fn options(random: &mut Random) -> ImportOptions {
    ImportOptions {
        duplicates: random.pick(&[
            Duplicates::Skip,
            Duplicates::Update,
            Duplicates::Fill,
            Duplicates::Create,
        ]),
        matching: random.pick(&[
            Match::Email,
            Match::Phone,
            Match::EmailOrPhone,
            Match::EmailOrPhoneAndName,
        ]),
        conflicts: random.pick(&[Conflicts::Skip, Conflicts::Overwrite]),
        empty_cells_clear: random.once_in(2),
        replace_lists: random.once_in(3),
    }
}

fn import(random: &mut Random, known: &Known) -> Import {
    let csv = match known.export.is_empty() || random.once_in(2) {
        true => values::csv(random),
        false => values::edited(random, &known.export),
    };
    Import {
        csv,
        options: options(random),
        bad_values: random.pick(&[BadValues::Reject, BadValues::LeaveOut]),
        stop: random.pick(&[Stop::Never, Stop::Never, Stop::BeforeItBegins, Stop::AfterTheFirstChunk]),
        rejected: random.once_in(2),
    }
}

/// Mostly resumes an import that was interrupted.
fn resume(random: &mut Random, installation: &Installation) -> Operation {
    let imports = installation.app.imports(installation.actor).unwrap();
    let interrupted: Vec<ImportId> = imports.iter().filter(|i| i.interrupted).map(|i| i.import).collect();
    Operation::Resume(match interrupted.is_empty() || random.once_in(8) {
        true => any_import(random, installation),
        false => random.pick(&interrupted),
    })
}

/// An import; sometimes one that does not exist.
fn any_import(random: &mut Random, installation: &Installation) -> ImportId {
    let count = installation.app.imports(installation.actor).unwrap().len();
    ImportId(1 + random.below(count + 1) as i64)
}

fn export(random: &mut Random) -> Export {
    let columns = random.once_in(4).then(|| vec!["email", "first_name", "phone:mobile"]);
    let columns = columns
        .unwrap_or_default()
        .into_iter()
        .map(|slot| slot.parse().unwrap());
    Export {
        scope: random.pick(&[Scope::All, Scope::All, Scope::Mine, Scope::Shared]),
        filter: values::filter(random),
        format: random.pick(&[ExportFormat::CrystalQore, ExportFormat::Jsonl]),
        order: random.pick(&[Order::Created, Order::Created, Order::Name]),
        columns: columns.collect(),
        delimiter: random.pick(b",;\t"),
        bom: random.once_in(4),
    }
}
