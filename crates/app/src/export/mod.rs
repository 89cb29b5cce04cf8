//! Exporting contacts: which ones, in which format and order, streamed in constant memory.
//!
//! Owns the snapshot that an export reads, its entry in the audit log, and the order in which contacts are read.

pub(crate) mod atomic_file;
pub(crate) mod download;
pub(crate) mod preview;

use crate::App;
use crate::access::Actor;
use crate::access::Scope;
use crate::access::{self, CanView};
use crate::audit::AuditAction;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::jobs::in_order::in_order;
use crate::jobs::long_reads::Lane;
use crate::search::filter::Filter;
use exchange::export::vcard::{self, VcardVersion};
use exchange::export::{ExportFormat, Exported, Losses, crystalqore, google, google_parts, jsonl, outlook, xlsx};
use model::{Contact, ContactId, ContactShapes, Slot};
use std::collections::HashSet;
use std::io::Write;
use store::contacts::search_texts::{self, Word};
use store::contacts::{self, ContactRow};
use store::workspace::{audit, workspaces};
use store::{Tx, Workspace};

/// How long counting losses waits for running exports, in microseconds.
const LOSSES_TIMEOUT: i64 = 2 * 1_000_000;

/// Maximum number of contacts per page, and the size of the first page.
const PAGE: u64 = 2_000;
const FIRST_PAGE: u64 = 250;
/// Approximate size of a page in bytes: contacts with pictures are large.
const PAGE_BYTES: u64 = 4 * 1024 * 1024;
/// Approximate size of a line or a card in bytes.
const LINE: usize = 256;

/// The order of the exported contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The order of creation.
    #[default]
    Created,
    Name,
}

/// The contacts to export, and how they are written.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    pub scope: Scope,
    /// If set, only these contacts of the scope.
    pub selection: Option<Vec<ContactId>>,
    /// Only contacts that match.
    pub filter: Filter,
    pub format: ExportFormat,
    pub order: Order,
    /// Only the columns of these slots (CSV and Excel workbook); empty for all.
    pub columns: Vec<Slot>,
    /// The delimiter (CSV).
    pub delimiter: u8,
    /// Whether the file begins with a byte order mark (CSV): without it, Excel does not recognise UTF-8.
    pub bom: bool,
}

/// The result of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// The number of contacts written.
    pub contacts: u64,
    /// The values that the format cannot hold.
    pub losses: Losses,
}

impl App {
    /// Writes the requested contacts. Memory does not grow with their number.
    ///
    /// # Errors
    /// When the output or the database fails.
    pub fn export(&self, actor: Actor, request: &ExportRequest, out: &mut dyn Write) -> Result<ExportReport, Error> {
        self.export_watched(actor, request, out, &mut |_| true)
    }

    /// Like [`App::export`], with a callback that is called now and then with the number of contacts written, and
    /// returns whether to continue.
    ///
    /// # Errors
    /// If the output or the database fails, or `watch` returns false.
    pub fn export_watched(
        &self,
        actor: Actor,
        request: &ExportRequest,
        out: &mut dyn Write,
        watch: &mut dyn FnMut(u64) -> bool,
    ) -> Result<ExportReport, Error> {
        let mut report = ExportReport::default();
        // The audit entry is written before the first byte leaves, so no export is unrecorded; its result is added at
        // the end.
        let mut entry = None;
        self.store.write(|tx| {
            let about = about(request, End::Open);
            self.audit_part(tx, actor, &mut entry, AuditAction::Exported, &about, 0)
        })?;
        // One snapshot, so that finding the columns and writing the rows see the same contacts.
        let made_at = self.system.now() / 1_000_000;
        let outcome = self
            .store
            .read(|tx| write_format(tx, actor, request, made_at, out, watch, &mut report));
        let end = match outcome {
            Ok(()) => End::Whole,
            Err(_) => End::BrokenOff,
        };
        if let Some(entry) = entry {
            let end_entry =
                |tx: &mut Tx<'_>| audit::amend(tx, actor.workspace, entry, &about(request, end), report.contacts);
            // If this fails, the export is still recorded, only without its result and count.
            let _ = self.store.write(end_entry);
        }
        outcome.map(|()| report)
    }

    /// Counts the values that the format of an export cannot hold, before anything is written. `None` if other long
    /// computations take too long.
    ///
    /// # Errors
    /// If the database fails.
    pub fn export_losses(&self, actor: Actor, request: &ExportRequest) -> Result<Option<Losses>, Error> {
        let until = self.system.now() + LOSSES_TIMEOUT;
        let Some(_turn) = self.long_reads.begin(Lane::Export, || self.system.now() < until) else {
            return Ok(None);
        };
        let mut report = ExportReport::default();
        self.store.read(|tx| {
            let watched: (&mut dyn FnMut(u64) -> bool, _) = (&mut |_| true, &mut report);
            write_each(tx, actor, request, watched, |_| Ok(()), &mut |()| Ok(()))
        })?;
        Ok(Some(report.losses))
    }
}

/// Writes the contacts in the requested format. `made_at` is the creation time of a workbook, in seconds since 1970.
fn write_format(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    made_at: i64,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    match request.format {
        ExportFormat::CrystalQore => export_csv(tx, actor, request, out, watch, report),
        ExportFormat::Xlsx => export_workbook(tx, actor, request, made_at, out, watch, report),
        ExportFormat::Google => export_google(tx, actor, request, out, watch, report),
        ExportFormat::GoogleParts => export_google_parts(tx, actor, request, out, watch, report),
        ExportFormat::Outlook => export_outlook(tx, actor, request, out, watch, report),
        ExportFormat::Vcard | ExportFormat::Vcard4 | ExportFormat::Jsonl => {
            export_lines(tx, actor, request, out, watch, report)
        }
    }
}

/// How an export ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Not ended, or the program ended first.
    Open,
    Whole,
    BrokenOff,
}

/// The audit log's description of an export.
fn about(request: &ExportRequest, end: End) -> String {
    let scope = match request.scope {
        Scope::Mine => "mine",
        Scope::Shared => "shared with me",
        Scope::All => "mine and shared with me",
    };
    let mut about = match &request.selection {
        Some(_) => format!("a selection of {scope}"),
        None => scope.to_owned(),
    };
    if !request.filter.is_empty() {
        about.push_str(&format!("; filter {}", request.filter));
    }
    about.push_str(match end {
        End::Open => "; not finished",
        End::Whole => "",
        End::BrokenOff => "; broken off",
    });
    about
}

fn write_failed(source: std::io::Error) -> Error {
    Error::io("writing the export to", "the output".as_ref(), source)
}

/// Reports how many contacts are written. Returns an error if the export is no longer wanted.
fn report_progress(watch: &mut dyn FnMut(u64) -> bool, contacts: u64) -> Result<(), Error> {
    match watch(contacts) {
        true => Ok(()),
        false => Err(write_failed(std::io::ErrorKind::BrokenPipe.into())),
    }
}

/// The columns that the contacts need, or those of them that were requested.
fn layout(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Result<crystalqore::Layout, Error> {
    let needs = needs_of_shapes(tx, actor, request, watch, crystalqore::Needs::add)?;
    let fields = crate::workspace::custom_fields::names_in_order(tx, actor.workspace)?;
    let mut layout = needs.layout(&fields.iter().map(String::as_str).collect::<Vec<_>>());
    if !request.columns.is_empty() {
        layout = layout.only(|slot| request.columns.iter().any(|wanted| includes_slot(wanted, slot)));
    }
    Ok(layout)
}

fn export_csv(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    let (layout, delimiter) = (layout(tx, actor, request, watch)?, request.delimiter);
    write_mark(request, out)?;
    let header = crystalqore::Writer::new(&mut *out, delimiter, layout.clone());
    header.and_then(crystalqore::Writer::finish).map_err(write_failed)?;
    write_bytes(tx, actor, request, (out, watch, report), |contacts, lines| {
        let mut writer = crystalqore::Writer::behind_header(lines, delimiter, layout.clone());
        contacts.iter().try_for_each(|exported| writer.write(exported))?;
        writer.finish()
    })
}

/// Writes a workbook. `made_at` is its creation time, in seconds since 1970. Nothing is written to `out` before its
/// end.
fn export_workbook(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    made_at: i64,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    let layout = layout(tx, actor, request, watch)?;
    let mut writer = xlsx::Writer::new(layout, made_at).map_err(write_failed)?;
    write_each(tx, actor, request, (watch, report), Ok, &mut |contacts: Vec<
        Exported,
    >| {
        contacts.iter().try_for_each(|exported| writer.write(exported))
    })?;
    writer.finish(out).map_err(write_failed)
}

fn export_google(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    let needs = needs_of_shapes(tx, actor, request, watch, google::Needs::add)?;
    write_mark(request, out)?;
    let header = google::Writer::new(&mut *out, needs);
    header.and_then(google::Writer::finish).map_err(write_failed)?;
    write_bytes(tx, actor, request, (out, watch, report), |contacts, lines| {
        let mut writer = google::Writer::behind_header(lines, needs);
        contacts
            .iter()
            .try_for_each(|exported| writer.write(&exported.contact))?;
        writer.finish()
    })
}

/// Writes an archive of files, each with a byte order mark if one is requested.
fn export_google_parts(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    let needs = needs_of_shapes(tx, actor, request, watch, google::Needs::add)?;
    let mut writer = google_parts::Writer::new(out, needs, request.bom).map_err(write_failed)?;
    let lines = |contacts: Vec<Exported>| {
        google_parts::Lines::from_contacts(contacts.iter().map(|exported| &exported.contact), needs)
    };
    write_each(tx, actor, request, (watch, report), lines, &mut |lines| {
        writer.write(&lines)
    })?;
    writer.finish().map_err(write_failed)
}

fn export_outlook(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    write_mark(request, out)?;
    let header = outlook::Writer::new(&mut *out);
    header.and_then(outlook::Writer::finish).map_err(write_failed)?;
    write_bytes(tx, actor, request, (out, watch, report), |contacts, lines| {
        let mut writer = outlook::Writer::behind_header(lines);
        contacts
            .iter()
            .try_for_each(|exported| writer.write(&exported.contact))?;
        writer.finish()
    })
}

/// Writes a format in which every contact is independent of the others.
fn export_lines(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    let format = request.format;
    write_bytes(tx, actor, request, (&mut *out, watch, report), |contacts, lines| {
        contacts.iter().try_for_each(|exported| match format {
            ExportFormat::Vcard => vcard::write(lines, exported, VcardVersion::V3),
            ExportFormat::Vcard4 => vcard::write(lines, exported, VcardVersion::V4),
            _ => jsonl::write(lines, exported),
        })
    })?;
    out.flush().map_err(write_failed)
}

/// Writes the byte order mark, if one is requested.
fn write_mark(request: &ExportRequest, out: &mut dyn Write) -> Result<(), Error> {
    match request.bom {
        true => out.write_all("\u{feff}".as_bytes()).map_err(write_failed),
        false => Ok(()),
    }
}

/// Collects the needed columns with `add`, from one contact of each shape, before anything is written.
fn needs_of_shapes<N: Default>(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    watch: &mut dyn FnMut(u64) -> bool,
    add: fn(&mut N, &Contact),
) -> Result<N, Error> {
    let mut needs = N::default();
    let mut pages = Pages::new(tx, actor, request)?;
    let mut shapes = ContactShapes::default();
    in_order(
        || pages.next(tx),
        |rows| of_each_shape(rows, &request.filter),
        |page| {
            for (row, contact) in page? {
                if !shapes.knows(&row.body) {
                    add(&mut needs, &contact);
                    shapes.note();
                }
            }
            report_progress(watch, 0)
        },
    )?;
    Ok(needs)
}

/// Returns one contact of each shape, of those that match the filter, and each contact without a shape.
fn of_each_shape(
    rows: Vec<CanView<ContactRow>>,
    filter: &Filter,
) -> Result<Vec<(CanView<ContactRow>, Contact)>, Error> {
    let mut shapes = ContactShapes::default();
    let mut found = Vec::new();
    for row in rows {
        if shapes.knows(&row.body) {
            continue;
        }
        let contact = read(&row)?;
        if filter.lets_pass(&row, &contact) {
            shapes.note();
            found.push((row, contact));
        }
    }
    Ok(found)
}

/// Writes all contacts; `make` writes the lines of one page.
fn write_bytes(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    (out, watch, report): (&mut dyn Write, &mut dyn FnMut(u64) -> bool, &mut ExportReport),
    make: impl Fn(&[Exported], &mut Vec<u8>) -> std::io::Result<()> + Sync,
) -> Result<(), Error> {
    let lines = |contacts: Vec<Exported>| {
        let mut lines = Vec::with_capacity(contacts.len() * LINE);
        make(&contacts, &mut lines).map(|()| lines)
    };
    write_each(tx, actor, request, (watch, report), lines, &mut |lines: Vec<u8>| {
        out.write_all(&lines)
    })
}

/// The output for a page of contacts, with their number and losses.
struct Made<T> {
    contacts: u64,
    losses: Losses,
    made: T,
}

/// Exports all contacts page by page: worker threads decode each page and turn it into output with `make`; `write`
/// receives the results in order. Counts the contacts and the values that the format cannot hold.
fn write_each<T: Send>(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    (watch, report): (&mut dyn FnMut(u64) -> bool, &mut ExportReport),
    make: impl Fn(Vec<Exported>) -> std::io::Result<T> + Sync,
    write: &mut dyn FnMut(T) -> std::io::Result<()>,
) -> Result<(), Error> {
    let mut pages = Pages::new(tx, actor, request)?;
    let make = |rows: Vec<CanView<ContactRow>>| {
        let contacts = exported_of(rows, request)?;
        let mut losses = Losses::default();
        contacts
            .iter()
            .for_each(|exported| losses.add(request.format, &exported.contact));
        Ok::<_, Error>(Made {
            contacts: contacts.len() as u64,
            losses,
            made: make(contacts).map_err(write_failed)?,
        })
    };
    in_order(
        || pages.next(tx),
        make,
        |page| {
            let page = page?;
            report.contacts += page.contacts;
            report.losses.add_all(&page.losses);
            write(page.made).map_err(write_failed)?;
            report_progress(watch, report.contacts)
        },
    )
}

/// Decodes contacts and returns those that match the filter.
fn exported_of(rows: Vec<CanView<ContactRow>>, request: &ExportRequest) -> Result<Vec<Exported>, Error> {
    let mut contacts = Vec::with_capacity(rows.len());
    for row in rows {
        let contact = read(&row)?;
        if request.filter.lets_pass(&row, &contact) {
            contacts.push(Exported {
                id: row.id,
                version: row.version,
                contact,
            });
        }
    }
    Ok(contacts)
}

/// Whether a requested column includes a slot: `email` includes emails of every label, `email:work` only those of one.
fn includes_slot(wanted: &Slot, slot: &Slot) -> bool {
    wanted == slot
        || match (wanted, slot) {
            (Slot::Email(label), Slot::Email(_))
            | (Slot::Phone(label), Slot::Phone(_))
            | (Slot::Website(label), Slot::Website(_)) => label.is_none(),
            (Slot::Address(label, wanted), Slot::Address(_, part)) => label.is_none() && wanted == part,
            _ => false,
        }
}

/// The requested contacts, before the filter, page by page.
struct Pages<'r> {
    actor: Actor,
    request: &'r ExportRequest,
    read_order: ReadOrder,
    selected: Option<HashSet<ContactId>>,
    /// The sort key and id of the last contact of the previous page.
    after: Option<(String, ContactId)>,
    /// The maximum size of the next page.
    size: u64,
}

impl<'r> Pages<'r> {
    fn new(tx: &mut Tx<'_>, actor: Actor, request: &'r ExportRequest) -> Result<Self, Error> {
        Ok(Self {
            actor,
            request,
            read_order: read_order(tx, actor, request)?,
            selected: request.selection.as_ref().map(|ids| ids.iter().copied().collect()),
            after: None,
            size: FIRST_PAGE,
        })
    }

    /// Returns the next page, which may be empty; `None` after the last one.
    fn next(&mut self, tx: &mut Tx<'_>) -> Result<Option<Vec<CanView<ContactRow>>>, Error> {
        let page = next_page(tx, self.actor, &self.read_order, self.after.as_ref(), self.size)?;
        self.size = size_after(&page);
        let Some((order, row)) = page.last() else {
            return Ok(None);
        };
        self.after = Some((order.clone(), row.id));
        let mut rows: Vec<ContactRow> = page.into_iter().map(|(_, row)| row).collect();
        if let Some(selected) = &self.selected {
            rows.retain(|row| selected.contains(&row.id));
        }
        let seen = access::seen(tx, self.actor, rows)?.into_iter();
        let asked_for = seen.filter(|(right, _)| self.request.scope.takes(*right));
        Ok(Some(asked_for.map(|(_, row)| row).collect()))
    }
}

/// The order in which contacts are read. Every variant visits each requested contact.
enum ReadOrder {
    /// All that the member sees, by id.
    ById,
    /// All of the workspace, by name.
    ByName,
    /// Contacts whose search text contains these words, by id.
    Found(Vec<Word>),
    /// Selected contacts, by id.
    Selected(Vec<ContactId>),
}

/// Chooses how the contacts are read. The search index is used only if every search text is current and the workspace
/// has no other members: otherwise the time of a search would reveal matches in contacts that the member may not see.
fn read_order(tx: &mut Tx<'_>, actor: Actor, request: &ExportRequest) -> Result<ReadOrder, store::Error> {
    if request.order == Order::Name {
        return Ok(ReadOrder::ByName);
    }
    if let Some(selection) = &request.selection {
        let mut ids = selection.clone();
        ids.sort_unstable();
        ids.dedup();
        return Ok(ReadOrder::Selected(ids));
    }
    let words = request.filter.words();
    let (changes, texts_at) = workspaces::changes(tx, actor.workspace)?;
    let alone = workspaces::members(tx, actor.workspace)? <= 1;
    Ok(if words.is_empty() || changes != texts_at || !alone {
        ReadOrder::ById
    } else {
        ReadOrder::Found(words)
    })
}

/// The maximum size of the page after this one, so that it holds about `PAGE_BYTES`.
fn size_after(page: &[(String, ContactRow)]) -> u64 {
    let bytes: usize = page.iter().map(|(_, row)| row.body.len()).sum();
    let average = (bytes / page.len().max(1)).max(1) as u64;
    (PAGE_BYTES / average).clamp(1, PAGE)
}

/// Reads the next contacts, each with its sort key if the order is by name.
fn next_page(
    tx: &mut Tx<'_>,
    actor: Actor,
    read_order: &ReadOrder,
    after: Option<&(String, ContactId)>,
    size: u64,
) -> Result<Vec<(String, ContactRow)>, store::Error> {
    let (workspace, after_id) = (actor.workspace, after.map(|(_, id)| *id));
    let rows = match read_order {
        ReadOrder::ByName => return contacts::page_by_name(tx, workspace, after, size),
        ReadOrder::ById => contacts::page_seen(tx, workspace, actor.member, after_id, size)?,
        ReadOrder::Found(words) => search_texts::search(tx, workspace, words, after_id, size)?,
        ReadOrder::Selected(ids) => selected(tx, workspace, ids, after_id, size)?,
    };
    Ok(rows.into_iter().map(|row| (String::new(), row)).collect())
}

/// Reads the next selected contacts. Some may no longer exist.
fn selected(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    ids: &[ContactId],
    after: Option<ContactId>,
    size: u64,
) -> Result<Vec<ContactRow>, store::Error> {
    let begin = ids.partition_point(|id| Some(*id) <= after);
    let mut rows = Vec::new();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    for some in ids[begin..].chunks(size) {
        rows = contacts::get_many(tx, workspace, some)?;
        if !rows.is_empty() {
            break;
        }
    }
    Ok(rows)
}
