//! The import pipeline: one thread reads records, worker threads judge them, and the caller receives the judged rows in
//! the file's order.
//!
//! Chunks are distributed to the workers round-robin and received in the same order, so no sorting is needed and the
//! result does not depend on the number of threads. While the caller commits a batch, the workers continue; a limit on
//! the bytes in the pipeline bounds how far ahead they get.

use crate::error::Error;
use crate::import::analysis::Reading;
use crate::import::recent_rows::ComparedRow;
use crate::jobs::thread_pool::{JoinHandle, PARSE_POOL};
use exchange::fixes::ReadyFixes;
use exchange::judge::{Judge, Judged};
use exchange::open::{Batch, Position, Record, Records, Source};
use exchange::reason::Reason;
use exchange::spreadsheet_damage::Unread;
use model::{Contact, ContactId, MatchKey, Patch, Slot, Version, content_hash, name_order};
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// The number of records in a chunk.
const CHUNK_ROWS: usize = 1000;
/// The limit for bytes of cells in the pipeline. Judged rows take about six times as much memory.
const ON_THEIR_WAY: usize = 2 * 1024 * 1024;
/// The limit for bytes of cells in the pipeline with `low_memory`.
const FEW_ON_THEIR_WAY: usize = 1024 * 1024;

/// A judged row with everything that resolving it needs, prepared by the worker threads.
pub(crate) struct ParsedRow {
    /// The line of the file on which the row begins.
    pub line: u64,
    /// The problems and warnings of the row.
    pub reasons: Vec<Reason>,
    /// Values that a new contact needs and the row lacks.
    pub lacking: Vec<(Slot, Reason)>,
    /// Values that could not be read and may be values of the contact that a spreadsheet has damaged.
    pub unread: Vec<Unread>,
    pub id: Option<ContactId>,
    pub version: Option<Version>,
    pub patch: Option<Box<Patch>>,
    pub keys: Vec<MatchKey>,
    /// Whether the lookup has shown that no contact and no earlier row has any of the row's keys.
    pub is_surely_new: bool,
    /// The contact's JSON, or only its names ([`Bodies`]).
    pub body: String,
    /// A hash of the whole contact.
    pub content: u128,
    pub order: String,
    /// The contact itself, if it will be shown.
    pub contact: Option<Box<Contact>>,
    /// The values for the comparison with earlier rows, if the row is compared.
    pub compared: Option<ComparedRow>,
    /// The position of the row's record, so that it can be read again.
    pub mark: Position,
    /// The index of the row's record in the chunk.
    record: usize,
}

impl ParsedRow {
    /// Whether the row cannot be imported, unless its problems turn out to be spreadsheet damage to the contact that it
    /// matches.
    pub fn is_invalid(&self) -> bool {
        self.reasons.iter().any(|r| !r.warning)
    }

    /// Whether the problems of the row may be spreadsheet damage. Only then matches of an invalid row are searched.
    pub fn may_be_excused(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Parses the contact from the body. Returns an empty contact for an invalid row.
    ///
    /// # Errors
    /// None in practice: the program has written the body itself.
    pub fn read(&self) -> Result<Contact, store::Error> {
        if self.body.is_empty() {
            return Ok(Contact::default());
        }
        let damaged = |_| store::Error::Corrupt(format!("the row on line {} cannot be read", self.line));
        Contact::from_json(&self.body).map_err(damaged)
    }
}

/// Which part of a judged contact is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bodies {
    /// The whole contact, to be stored.
    Whole,
    /// The names, and the other values by which a preview tells colleagues and family members from duplicates.
    Names,
    /// The names and, to be shown, the contact itself. Records before `compared_before` also keep the values for the
    /// comparison with earlier rows.
    NamesAndContact { compared_before: u64 },
}

/// Judged rows in the file's order, with their records.
pub(crate) struct Chunk {
    batch: Batch,
    pub rows: Vec<ParsedRow>,
    /// The number of the record after the last one, blank lines counted.
    pub next_record: u64,
    _permit: Permit,
}

impl Chunk {
    /// Returns the record that a row was read from.
    pub fn record(&self, row: &ParsedRow) -> Option<Record<'_>> {
        self.batch.record(row.record)
    }
}

/// How to judge a file's rows.
pub(crate) struct Judging<'a> {
    pub source: &'a dyn Source,
    pub reading: &'a Reading,
    /// The corrections to apply.
    pub fixes: Option<&'a ReadyFixes>,
    /// The first record to judge. Earlier records are skipped, because they were imported before.
    pub from_record: u64,
    /// Whether rows keep their values for updating contacts.
    pub keep_patches: bool,
    /// Which part of each contact is kept.
    pub bodies: Bodies,
    /// Whether contacts are still shown. Once this is false, only their names are kept.
    pub shown: Option<Arc<AtomicBool>>,
    /// Whether to save memory at the cost of time.
    pub low_memory: bool,
}

/// The judged chunks, in the file's order.
pub(crate) struct Chunks {
    receivers: Vec<Receiver<Result<Chunk, Error>>>,
    /// The receiver that has the next chunk.
    turn: usize,
}

impl Chunks {
    /// Returns the next chunk and the following ones that are judged already, until there are `rows` rows; empty at the
    /// end of the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self, rows: u64) -> Result<Vec<Chunk>, Error> {
        // A worker that has ended has no more chunks, and then no other worker has a later one.
        let Ok(first) = self.receivers[self.turn].recv() else {
            return Ok(Vec::new());
        };
        let mut chunks = vec![self.took(first)?];
        let mut count = chunks[0].rows.len() as u64;
        while count < rows
            && let Ok(chunk) = self.receivers[self.turn].try_recv()
        {
            let chunk = self.took(chunk)?;
            count += chunk.rows.len() as u64;
            chunks.push(chunk);
        }
        Ok(chunks)
    }

    fn took(&mut self, chunk: Result<Chunk, Error>) -> Result<Chunk, Error> {
        self.turn = (self.turn + 1) % self.receivers.len();
        chunk
    }
}

/// Judges all rows of a file. `take` receives the judged chunks.
pub(crate) fn judge_all<T>(
    judging: &Judging<'_>,
    take: impl FnOnce(&mut Chunks) -> Result<T, Error>,
) -> Result<T, Error> {
    let judge = Arc::new(judging.reading.judge(judging.keep_patches));
    let records = judging.reading.records(judging.source)?;
    let first = judging
        .reading
        .header_row
        .map_or(0, |at| at + 1)
        .max(judging.from_record);
    let fixes = judging.fixes.map(|fixes| Arc::new(fixes.clone()));
    let judges = thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).clamp(1, 6));
    let budget = Budget::new(if judging.low_memory {
        FEW_ON_THEIR_WAY
    } else {
        ON_THEIR_WAY
    });
    thread::scope(|scope| {
        let (mut raw_senders, mut chunk_receivers) = (Vec::new(), Vec::new());
        let mut hired = Vec::new();
        for _ in 0..judges {
            let (raw_sender, raw_receiver) = channel();
            let (chunk_sender, chunk_receiver) = channel();
            let input = WorkerInput {
                judge: Arc::clone(&judge),
                first,
                bodies: judging.bodies,
                shown: judging.shown.clone(),
                fixes: fixes.clone(),
            };
            let work = move || input.judge_chunks(&raw_receiver, &chunk_sender);
            if judging.low_memory {
                hired.push(PARSE_POOL.spawn(work));
            } else {
                scope.spawn(work);
            }
            raw_senders.push(raw_sender);
            chunk_receivers.push(chunk_receiver);
        }
        scope.spawn(move || read_chunks(records, &budget, &raw_senders));
        let mut chunks = Chunks {
            receivers: chunk_receivers,
            turn: 0,
        };
        let result = take(&mut chunks);
        // The other threads end when their receivers are dropped.
        drop(chunks);
        hired.into_iter().for_each(JoinHandle::join);
        result
    })
}

type RawChunk = Result<(Batch, Permit), Error>;

fn read_chunks<R: Read>(mut records: Records<R>, budget: &Arc<Budget>, senders: &[Sender<RawChunk>]) {
    let mut batch = Batch::default();
    for sender in senders.iter().cycle() {
        let (message, last) = match records.fill(&mut batch, CHUNK_ROWS) {
            Ok(true) => {
                let permit = Budget::take(budget, batch.bytes());
                let next = batch.emptied();
                (Ok((std::mem::replace(&mut batch, next), permit)), false)
            }
            Ok(false) => return,
            Err(error) => (Err(Error::Read(error)), true),
        };
        if sender.send(message).is_err() || last {
            return;
        }
    }
}

/// The input of one worker thread.
struct WorkerInput {
    judge: Arc<Judge>,
    first: u64,
    bodies: Bodies,
    shown: Option<Arc<AtomicBool>>,
    fixes: Option<Arc<ReadyFixes>>,
}

impl WorkerInput {
    fn judge_chunks(&self, raw: &Receiver<RawChunk>, out: &Sender<Result<Chunk, Error>>) {
        for raw_chunk in raw {
            let chunk = raw_chunk.map(|(batch, permit)| self.judge_chunk(batch, permit));
            if out.send(chunk).is_err() {
                return;
            }
        }
    }

    fn judge_chunk(&self, batch: Batch, permit: Permit) -> Chunk {
        let mut corrected = Batch::default();
        let is_over = self.shown.as_ref().is_some_and(|shown| !shown.load(Ordering::Relaxed));
        let bodies = if is_over { Bodies::Names } else { self.bodies };
        let mut rows = Vec::with_capacity(batch.len());
        for (at, record) in batch.records().enumerate().filter(|(_, r)| r.index() >= self.first) {
            let fixed = self
                .fixes
                .as_ref()
                .and_then(|fixes| fixes.apply(record, &mut corrected));
            if let Some(judged) = self.judge.judge(fixed.unwrap_or(record)) {
                rows.push(prepare(at, record.mark(), judged, bodies));
            }
        }
        let next_record = batch.records().last().map_or(0, |r| r.index() + 1);
        Chunk {
            rows,
            next_record,
            batch,
            _permit: permit,
        }
    }
}

/// Prepares everything that resolving a judged row needs.
pub(crate) fn prepare(record: usize, mark: Position, judged: Judged, bodies: Bodies) -> ParsedRow {
    let may_be_excused = judged.may_be_excused();
    let invalid = judged.is_invalid() && !may_be_excused;
    let Judged {
        line,
        contact,
        patch,
        reasons,
        lacking,
        unread,
        id,
        version,
    } = judged;
    let mut prepared = ParsedRow {
        line,
        reasons,
        lacking,
        unread: if may_be_excused { unread } else { Vec::new() },
        id,
        version,
        patch,
        keys: Vec::new(),
        is_surely_new: false,
        body: String::new(),
        content: 0,
        order: String::new(),
        contact: None,
        compared: None,
        mark,
        record,
    };
    if !invalid {
        let whole = contact.to_json();
        prepared.content = content_hash(&whole);
        prepared.keys = MatchKey::of_contact_with(&contact, || prepared.content);
        if bodies == Bodies::Whole {
            prepared.order = name_order(&contact);
            prepared.body = whole;
        } else {
            prepared.body = names_only(&contact);
        }
    }
    if let Bodies::NamesAndContact { compared_before } = bodies {
        if !invalid && mark.index < compared_before {
            prepared.compared = Some(ComparedRow::new(&contact));
        }
        prepared.contact = Some(Box::new(contact));
    }
    prepared
}

/// Returns the JSON of the values that a preview needs of a contact that it would create: the values that
/// `model::by_key` compares in addition to the key.
fn names_only(contact: &Contact) -> String {
    Contact {
        prefix: contact.prefix.clone(),
        first_name: contact.first_name.clone(),
        middle_name: contact.middle_name.clone(),
        last_name: contact.last_name.clone(),
        suffix: contact.suffix.clone(),
        nickname: contact.nickname.clone(),
        company: contact.company.clone(),
        birthday: contact.birthday,
        ..Contact::default()
    }
    .to_json()
}

/// The limit for the bytes in the pipeline.
struct Budget {
    most: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// A reservation of bytes in the pipeline. Dropping it returns them to the budget.
struct Permit {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: Mutex::default(),
            given_back: Condvar::new(),
        })
    }

    /// Waits until the bytes fit into the budget. A chunk larger than the budget waits until the pipeline is empty.
    fn take(budget: &Arc<Self>, bytes: usize) -> Permit {
        let mut taken = budget.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken > 0 && *taken + bytes > budget.most {
            taken = budget.given_back.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken += bytes;
        Permit {
            budget: Arc::clone(budget),
            bytes,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.budget.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken -= self.bytes;
        self.budget.given_back.notify_one();
    }
}
