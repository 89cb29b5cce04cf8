//! Exporting contacts: which ones, in which form, streamed.

use crate::contacts::read;
use crate::{Actor, App, Error, Filter};
use exchange::export::{Exported, crystalqore, jsonl};
use model::{ContactId, Slot};
use std::io::Write;
use store::contacts::{self, ContactRow};
use store::texts::{self, Word};
use store::{Tx, Workspace, workspaces};

/// Contacts read at once.
const PAGE: u64 = 2_000;

/// Whose contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Those that the member owns.
    Mine,
    /// Those that others share with the member.
    Shared,
    /// All that the member can see.
    #[default]
    All,
}

/// How the export is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportFormat {
    /// Our own CSV: exact.
    #[default]
    CrystalQore,
    /// JSON lines.
    Jsonl,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the contacts came to be.
    #[default]
    Created,
    /// By name.
    Name,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// Whose contacts.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// In which form.
    pub format: ExportFormat,
    /// In which order.
    pub order: Order,
    /// Only the columns of these slots (CSV); empty means all.
    pub columns: Vec<Slot>,
    /// The delimiter (CSV).
    pub delimiter: u8,
    /// Whether a byte order mark comes first, for Excel (CSV).
    pub bom: bool,
}

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// How many contacts.
    pub contacts: u64,
}

impl App {
    /// Writes the contacts that are asked for. Memory does not grow with their number.
    ///
    /// # Errors
    /// When the output or the database fails.
    pub fn export(&self, actor: Actor, request: &ExportRequest, out: &mut dyn Write) -> Result<ExportReport, Error> {
        // One snapshot, so that the look at the columns and the writing see the same contacts.
        self.store.read(|tx| match request.format {
            ExportFormat::CrystalQore => export_csv(tx, actor, request, out),
            ExportFormat::Jsonl => {
                let mut report = ExportReport::default();
                for_each(tx, actor, request, &mut |exported| {
                    report.contacts += 1;
                    jsonl::write(out, exported).map_err(write_failed)
                })?;
                out.flush().map_err(write_failed)?;
                Ok(report)
            }
        })
    }
}

fn write_failed(source: std::io::Error) -> Error {
    Error::io("writing the export to", "the output".as_ref(), source)
}

fn export_csv(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
) -> Result<ExportReport, Error> {
    let mut needs = crystalqore::Needs::default();
    for_each(tx, actor, request, &mut |exported| {
        needs.add(&exported.contact);
        Ok(())
    })?;
    let mut layout = needs.layout();
    if !request.columns.is_empty() {
        layout = layout.only(|slot| request.columns.iter().any(|wanted| asks_for(wanted, slot)));
    }
    if request.bom {
        out.write_all("\u{feff}".as_bytes()).map_err(write_failed)?;
    }
    let mut writer = crystalqore::Writer::new(out, request.delimiter, layout).map_err(write_failed)?;
    let mut report = ExportReport::default();
    for_each(tx, actor, request, &mut |exported| {
        report.contacts += 1;
        writer.write(exported).map_err(write_failed)
    })?;
    writer.finish().map_err(write_failed)?;
    Ok(report)
}

/// `email` asks for emails of every label, `email:work` for those of one.
fn asks_for(wanted: &Slot, slot: &Slot) -> bool {
    wanted == slot
        || match (wanted, slot) {
            (Slot::Email(label), Slot::Email(_))
            | (Slot::Phone(label), Slot::Phone(_))
            | (Slot::Website(label), Slot::Website(_)) => label.is_none(),
            (Slot::Address(label, wanted), Slot::Address(_, part)) => label.is_none() && wanted == part,
            _ => false,
        }
}

/// Hands every contact that is asked for to `take`.
fn for_each(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    take: &mut dyn FnMut(&Exported) -> Result<(), Error>,
) -> Result<(), Error> {
    let way = way(tx, actor, request)?;
    let mut after: Option<(String, ContactId)> = None;
    loop {
        let page = next_page(tx, actor.workspace, &way, after.as_ref())?;
        let Some((order, row)) = page.last() else { return Ok(()) };
        after = Some((order.clone(), row.id));
        for (_, row) in page {
            if !is_in_scope(actor, request.scope, &row) {
                continue;
            }
            let contact = read(&row)?;
            if request.filter.lets_pass(&row, &contact) {
                take(&Exported {
                    id: row.id,
                    version: row.version,
                    contact,
                })?;
            }
        }
    }
}

/// How the contacts are gone through. All ways lead past every contact that is asked for.
enum Way {
    /// All of them, in the order of their ids.
    ById,
    /// All of them, in the order of their names.
    ByName,
    /// Those whose search text has these words, in the order of their ids.
    Found(Vec<Word>),
}

/// Contacts are searched for only where every one has its current search text.
fn way(tx: &mut Tx<'_>, actor: Actor, request: &ExportRequest) -> Result<Way, store::Error> {
    if request.order == Order::Name {
        return Ok(Way::ByName);
    }
    let words = request.filter.words();
    let (changes, texts_at) = workspaces::changes(tx, actor.workspace)?;
    Ok(if words.is_empty() || changes != texts_at {
        Way::ById
    } else {
        Way::Found(words)
    })
}

/// The next contacts on the way, each with its place in the order by name if that is the way.
fn next_page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    way: &Way,
    after: Option<&(String, ContactId)>,
) -> Result<Vec<(String, ContactRow)>, store::Error> {
    let after_id = after.map(|(_, id)| *id);
    let rows = match way {
        Way::ByName => return contacts::page_by_name(tx, workspace, after, PAGE),
        Way::ById => contacts::page(tx, workspace, after_id, PAGE)?,
        Way::Found(words) => texts::search(tx, workspace, words, after_id, PAGE)?,
    };
    Ok(rows.into_iter().map(|row| (String::new(), row)).collect())
}

fn is_in_scope(actor: Actor, scope: Scope, row: &ContactRow) -> bool {
    match scope {
        // Nothing can be shared yet, so what a member sees is what they own.
        Scope::Mine | Scope::All => row.owner == actor.member,
        Scope::Shared => row.owner != actor.member,
    }
}
