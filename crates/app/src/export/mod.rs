//! Exporting contacts: which ones, in which form, streamed.

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
use crate::jobs::long_reads::Lane;
use crate::search::filter::Filter;
use exchange::export::vcard::{self, VcardVersion};
use exchange::export::{ExportFormat, Exported, Losses, crystalqore, google, jsonl, outlook, xlsx};
use model::{ContactId, Slot};
use std::collections::HashSet;
use std::io::Write;
use store::contacts::search_texts::{self, Word};
use store::contacts::{self, ContactRow};
use store::workspace::{audit, workspaces};
use store::{Tx, Workspace};

/// How long counting losses waits for exports that are computed, in microseconds.
const LOSSES_TIMEOUT: i64 = 2 * 1_000_000;

/// Contacts read at once.
const PAGE: u64 = 2_000;

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the contacts came to be.
    #[default]
    Created,
    Name,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    pub scope: Scope,
    /// Only these of them, where somebody has selected some.
    pub selection: Option<Vec<ContactId>>,
    /// Which of them.
    pub filter: Filter,
    /// In which form.
    pub format: ExportFormat,
    /// In which order.
    pub order: Order,
    /// Only the columns of these slots (CSV and Excel workbook); empty means all.
    pub columns: Vec<Slot>,
    /// The delimiter (CSV).
    pub delimiter: u8,
    /// Whether a byte order mark comes first (CSV): Excel takes a file for UTF-8 only with one.
    pub bom: bool,
}

/// What was exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// How many contacts.
    pub contacts: u64,
    /// What the format has no place for.
    pub losses: Losses,
}

impl App {
    /// Writes the contacts that are asked for. Memory does not grow with their number.
    ///
    /// # Errors
    /// When the output or the database fails.
    pub fn export(&self, actor: Actor, request: &ExportRequest, out: &mut dyn Write) -> Result<ExportReport, Error> {
        self.export_watched(actor, request, out, &mut |_| true)
    }

    /// The same with a callback that gets the number of contacts written now and then, and says whether to continue.
    ///
    /// # Errors
    /// When the output or the database fails, or nobody wants it any more.
    pub fn export_watched(
        &self,
        actor: Actor,
        request: &ExportRequest,
        out: &mut dyn Write,
        watch: &mut dyn FnMut(u64) -> bool,
    ) -> Result<ExportReport, Error> {
        let mut report = ExportReport::default();
        // Noted before anything goes out, so that nothing can go out unnoted; what came of it is added at the end.
        let mut entry = None;
        self.store.write(|tx| {
            let about = about(request, End::Open);
            self.audit_part(tx, actor, &mut entry, AuditAction::Exported, &about, 0)
        })?;
        // One snapshot, so that the look at the columns and the writing see the same contacts.
        let made_at = self.world.now() / 1_000_000;
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
            // What went out is noted in any case, if not how many contacts it was.
            let _ = self.store.write(end_entry);
        }
        outcome.map(|()| report)
    }

    /// What the format of an export has no place for, before anything is written. None if other long computations go on
    /// for too long.
    ///
    /// # Errors
    /// When the database fails.
    pub fn export_losses(&self, actor: Actor, request: &ExportRequest) -> Result<Option<Losses>, Error> {
        let until = self.world.now() + LOSSES_TIMEOUT;
        let Some(_turn) = self.long_reads.begin(Lane::Export, || self.world.now() < until) else {
            return Ok(None);
        };
        let mut losses = Losses::default();
        self.store.read(|tx| {
            for_each(tx, actor, request, &mut |exported| {
                losses.add(request.format, &exported.contact);
                Ok(())
            })
        })?;
        Ok(Some(losses))
    }
}

/// Writes the contacts in the format that is asked for; a workbook says it was made at a time, in seconds since 1970.
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
        ExportFormat::Outlook => export_outlook(tx, actor, request, out, watch, report),
        ExportFormat::Vcard | ExportFormat::Vcard4 | ExportFormat::Jsonl => {
            export_lines(tx, actor, request, out, watch, report)
        }
    }
}

/// How an export ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It has not, or the program ended before it.
    Open,
    Whole,
    BrokenOff,
}

/// What the audit log tells of an export.
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

/// Tells how far the export is, now and then, and ends it where nobody wants it.
fn go_on(watch: &mut dyn FnMut(u64) -> bool, contacts: u64) -> Result<(), Error> {
    if contacts.is_multiple_of(PAGE) && !watch(contacts) {
        return Err(write_failed(std::io::ErrorKind::BrokenPipe.into()));
    }
    Ok(())
}

/// The columns that the contacts need, or those of them that were chosen.
fn layout(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Result<crystalqore::Layout, Error> {
    let mut needs = crystalqore::Needs::default();
    look_at_each(tx, actor, request, watch, &mut |exported| needs.add(&exported.contact))?;
    let fields = crate::workspace::custom_fields::names_in_order(tx, actor.workspace)?;
    let mut layout = needs.layout(&fields.iter().map(String::as_str).collect::<Vec<_>>());
    if !request.columns.is_empty() {
        layout = layout.only(|slot| request.columns.iter().any(|wanted| asks_for(wanted, slot)));
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
    let layout = layout(tx, actor, request, watch)?;
    write_mark(request, out)?;
    let mut writer = crystalqore::Writer::new(out, request.delimiter, layout).map_err(write_failed)?;
    write_each(tx, actor, request, watch, report, &mut |exported| {
        writer.write(exported)
    })?;
    writer.finish().map_err(write_failed)
}

/// Writes a workbook that says it was made at a time, in seconds since 1970. Nothing is in the output before its end.
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
    write_each(tx, actor, request, watch, report, &mut |exported| {
        writer.write(exported)
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
    let mut needs = google::Needs::default();
    look_at_each(tx, actor, request, watch, &mut |exported| needs.add(&exported.contact))?;
    write_mark(request, out)?;
    let mut writer = google::Writer::new(out, needs).map_err(write_failed)?;
    write_each(tx, actor, request, watch, report, &mut |exported| {
        writer.write(&exported.contact)
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
    let mut writer = outlook::Writer::new(out).map_err(write_failed)?;
    write_each(tx, actor, request, watch, report, &mut |exported| {
        writer.write(&exported.contact)
    })?;
    writer.finish().map_err(write_failed)
}

/// Writes a format in which every contact stands for itself.
fn export_lines(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
) -> Result<(), Error> {
    write_each(
        tx,
        actor,
        request,
        watch,
        report,
        &mut |exported| match request.format {
            ExportFormat::Vcard => vcard::write(out, exported, VcardVersion::V3),
            ExportFormat::Vcard4 => vcard::write(out, exported, VcardVersion::V4),
            _ => jsonl::write(out, exported),
        },
    )?;
    out.flush().map_err(write_failed)
}

/// Writes the byte order mark, if one is wanted.
fn write_mark(request: &ExportRequest, out: &mut dyn Write) -> Result<(), Error> {
    match request.bom {
        true => out.write_all("\u{feff}".as_bytes()).map_err(write_failed),
        false => Ok(()),
    }
}

/// Looks at every contact before anything is written.
fn look_at_each(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    watch: &mut dyn FnMut(u64) -> bool,
    look: &mut dyn FnMut(&Exported),
) -> Result<(), Error> {
    let mut looked_at = 0_u64;
    for_each(tx, actor, request, &mut |exported| {
        look(exported);
        looked_at += 1;
        if looked_at.is_multiple_of(PAGE) {
            go_on(watch, 0)
        } else {
            Ok(())
        }
    })
}

/// Writes every contact, and counts them and what is lost of them.
fn write_each(
    tx: &mut Tx<'_>,
    actor: Actor,
    request: &ExportRequest,
    watch: &mut dyn FnMut(u64) -> bool,
    report: &mut ExportReport,
    write: &mut dyn FnMut(&Exported) -> std::io::Result<()>,
) -> Result<(), Error> {
    for_each(tx, actor, request, &mut |exported| {
        report.contacts += 1;
        go_on(watch, report.contacts)?;
        report.losses.add(request.format, &exported.contact);
        write(exported).map_err(write_failed)
    })
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
    let wanted: Option<HashSet<&ContactId>> = request.selection.as_ref().map(|ids| ids.iter().collect());
    let is_selected = |row: &ContactRow| wanted.as_ref().is_none_or(|wanted| wanted.contains(&row.id));
    let mut after: Option<(String, ContactId)> = None;
    loop {
        let page = next_page(tx, actor, &way, after.as_ref())?;
        let Some((order, row)) = page.last() else { return Ok(()) };
        after = Some((order.clone(), row.id));
        let mut rows: Vec<ContactRow> = page.into_iter().map(|(_, row)| row).collect();
        rows.retain(&is_selected);
        for (right, row) in access::seen(tx, actor, rows)? {
            if request.scope.takes(right) {
                hand_over(row, request, take)?;
            }
        }
    }
}

/// Hands a contact over, if the filter lets it pass.
fn hand_over(
    row: CanView<ContactRow>,
    request: &ExportRequest,
    take: &mut dyn FnMut(&Exported) -> Result<(), Error>,
) -> Result<(), Error> {
    let contact = read(&row)?;
    if !request.filter.lets_pass(&row, &contact) {
        return Ok(());
    }
    take(&Exported {
        id: row.id,
        version: row.version,
        contact,
    })
}

/// How the contacts are gone through. All ways lead past every contact that is asked for.
enum Way {
    /// All that the member sees, in the order of their ids.
    ById,
    /// All of them, in the order of their names.
    ByName,
    /// Those whose search text has these words, in the order of their ids.
    Found(Vec<Word>),
    /// Those that were selected, in the order of their ids.
    Selected(Vec<ContactId>),
}

/// Contacts are searched for only where every one has its current search text, and only where the workspace has no other
/// members: else the time of a search would tell what is found in contacts that the member may not see.
fn way(tx: &mut Tx<'_>, actor: Actor, request: &ExportRequest) -> Result<Way, store::Error> {
    if request.order == Order::Name {
        return Ok(Way::ByName);
    }
    if let Some(selection) = &request.selection {
        let mut ids = selection.clone();
        ids.sort_unstable();
        ids.dedup();
        return Ok(Way::Selected(ids));
    }
    let words = request.filter.words();
    let (changes, texts_at) = workspaces::changes(tx, actor.workspace)?;
    let alone = workspaces::members(tx, actor.workspace)? <= 1;
    Ok(if words.is_empty() || changes != texts_at || !alone {
        Way::ById
    } else {
        Way::Found(words)
    })
}

/// The next contacts on the way, each with its place in the order by name if that is the way.
fn next_page(
    tx: &mut Tx<'_>,
    actor: Actor,
    way: &Way,
    after: Option<&(String, ContactId)>,
) -> Result<Vec<(String, ContactRow)>, store::Error> {
    let (workspace, after_id) = (actor.workspace, after.map(|(_, id)| *id));
    let rows = match way {
        Way::ByName => return contacts::page_by_name(tx, workspace, after, PAGE),
        Way::ById => contacts::page_seen(tx, workspace, actor.member, after_id, PAGE)?,
        Way::Found(words) => search_texts::search(tx, workspace, words, after_id, PAGE)?,
        Way::Selected(ids) => return selected(tx, workspace, ids, after_id),
    };
    Ok(rows.into_iter().map(|row| (String::new(), row)).collect())
}

/// The next of those that were selected. Some may be gone.
fn selected(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    ids: &[ContactId],
    after: Option<ContactId>,
) -> Result<Vec<(String, ContactRow)>, store::Error> {
    let begin = ids.partition_point(|id| Some(*id) <= after);
    let mut rows = Vec::new();
    for some in ids[begin..].chunks(2_000) {
        rows = contacts::get_many(tx, workspace, some)?;
        if !rows.is_empty() {
            break;
        }
    }
    Ok(rows.into_iter().map(|row| (String::new(), row)).collect())
}
