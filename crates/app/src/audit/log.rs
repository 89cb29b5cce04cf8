//! Reading the audit log, for admins and owners: page by page, and as a file.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::error::Error;
use exchange::formula_guard::guarded;
use jiff::Timestamp;
use model::ContactId;
use std::collections::HashMap;
use std::io::Write;
use store::workspace::audit::{self, AuditFilter};
use store::{Member, members};

/// Entries per read when writing a file.
const AT_ONCE: u64 = 2_000;

/// Filters the audit log; `None` for no restriction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditRequest {
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only actions of this member.
    pub member: Option<Member>,
    /// Not before this moment, in UTC microseconds.
    pub from: Option<i64>,
    /// Before this moment, in UTC microseconds.
    pub until: Option<i64>,
}

/// An entry of the audit log, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// The position from which the next page is requested.
    pub id: ContactId,
    /// When the action happened, in UTC microseconds.
    pub at: i64,
    /// The name of the member who did it.
    pub by: String,
    /// The action; `None` if it was recorded by a newer version of the program.
    pub action: Option<AuditAction>,
    /// What the action was about.
    pub about: String,
    /// How many contacts it affected.
    pub contacts: u64,
}

/// A page of the audit log.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// The entries, the latest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<ContactId>,
    /// All members who may have entries, including removed ones.
    pub members: Vec<(Member, String)>,
}

impl App {
    /// Returns at most `limit` entries before `before`, the latest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn audit_page(
        &self,
        actor: Actor,
        request: &AuditRequest,
        before: Option<ContactId>,
        limit: u64,
    ) -> Result<AuditPage, Error> {
        self.store.read(|tx| {
            access::admin(tx, actor)?;
            let rows = members::list(tx, actor.workspace)?;
            let members: Vec<(Member, String)> = rows.into_iter().map(|row| (row.member, row.name)).collect();
            let names: HashMap<Member, &str> = members.iter().map(|(member, name)| (*member, name.as_str())).collect();
            let filter = filter_of(request);
            let entries = audit::page(tx, actor.workspace, &filter, before, limit.saturating_add(1))?;
            let more = entries.len() as u64 > limit;
            let shown = entries.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
            let lines: Vec<AuditLine> = shown
                .map(|entry| AuditLine {
                    id: entry.id,
                    at: entry.at,
                    by: entry
                        .member
                        .and_then(|member| names.get(&member).copied())
                        .unwrap_or_default()
                        .to_owned(),
                    action: AuditAction::named(&entry.action),
                    about: entry.about,
                    contacts: entry.contacts,
                })
                .collect();
            let next = lines.last().map(|line| line.id).filter(|_| more);
            Ok(AuditPage { lines, next, members })
        })
    }

    /// Writes the entries as CSV, the latest first. Times are UTC in ISO 8601; values that a spreadsheet would evaluate
    /// are guarded as in an export of contacts.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; errors of the output and the database.
    pub fn export_audit(&self, actor: Actor, request: &AuditRequest, out: &mut dyn Write) -> Result<(), Error> {
        let mut csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        let failed = |error: csv::Error| Error::Read(error.into());
        csv.write_record(["time", "member", "action", "about", "contacts"])
            .map_err(failed)?;
        let mut before = None;
        loop {
            let page = self.audit_page(actor, request, before, AT_ONCE)?;
            for line in &page.lines {
                let when = Timestamp::from_microsecond(line.at).map(|at| at.to_string());
                csv.write_record([
                    when.unwrap_or_default().as_str(),
                    &guarded(&line.by),
                    line.action.map_or("other", AuditAction::as_str),
                    &guarded(&line.about),
                    &line.contacts.to_string(),
                ])
                .map_err(failed)?;
            }
            match page.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        csv.flush().map_err(Error::Read)
    }
}

fn filter_of(request: &AuditRequest) -> AuditFilter {
    AuditFilter {
        action: request.action.map(|action| action.as_str().to_owned()),
        member: request.member,
        from: request.from,
        until: request.until,
    }
}
