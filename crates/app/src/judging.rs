//! The pipeline: one thread reads records, others judge them, the caller gets the judged rows in the file's order.
//!
//! Chunks go round the judges in turn and are taken from them in the same turn, so order needs no sorting and the result
//! does not depend on the number of threads.

use crate::Error;
use crate::plan::Reading;
use exchange::judge::{Judge, Judged};
use exchange::open::{Batch, Record, Source};
use model::{MatchKey, name_order};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Rows of one step through the pipeline.
const CHUNK_ROWS: usize = 1000;
/// Chunks that may wait before a stage.
const WAITING: usize = 3;

/// A judged row with what settling it needs, worked out where there are many threads.
pub(crate) struct Prepared {
    pub judged: Judged,
    /// Which record of the chunk it is.
    record: usize,
    pub keys: Vec<MatchKey>,
    pub body: String,
    pub order: String,
}

/// Judged rows in the file's order, with their records.
pub(crate) struct Chunk {
    batch: Batch,
    pub rows: Vec<Prepared>,
    /// The number of the record behind the last one, blank lines counted.
    pub next_record: u64,
}

impl Chunk {
    /// The record that a row was read from.
    pub fn record(&self, row: &Prepared) -> Option<Record<'_>> {
        self.batch.records().nth(row.record)
    }
}

/// How a file's rows are to be judged.
pub(crate) struct Judging<'a> {
    pub source: &'a dyn Source,
    pub reading: &'a Reading,
    /// Records before this one are passed over: they were settled before.
    pub from_record: u64,
    /// Whether rows keep their values for updating contacts.
    pub keep_patches: bool,
}

/// Judges all rows of a file and hands them to `take`, chunk by chunk, until it fails or says stop (false).
pub(crate) fn judge_all<T>(
    judging: &Judging<'_>,
    take: impl FnOnce(&mut dyn FnMut() -> Result<Option<Chunk>, Error>) -> Result<T, Error>,
) -> Result<T, Error> {
    let judge = judging.reading.judge(judging.keep_patches);
    let records = judging.reading.records(judging.source)?;
    let first = judging
        .reading
        .header_row
        .map_or(0, |at| at + 1)
        .max(judging.from_record);
    let judges = thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).clamp(1, 6));
    thread::scope(|scope| {
        let (mut raw_senders, mut chunk_receivers) = (Vec::new(), Vec::new());
        for _ in 0..judges {
            let (raw_sender, raw_receiver) = sync_channel(WAITING);
            let (chunk_sender, chunk_receiver) = sync_channel(WAITING);
            let judge = &judge;
            scope.spawn(move || judge_chunks(judge, first, &raw_receiver, &chunk_sender));
            raw_senders.push(raw_sender);
            chunk_receivers.push(chunk_receiver);
        }
        scope.spawn(move || read_chunks(records, &raw_senders));
        let mut turn = 0;
        let mut next = || -> Result<Option<Chunk>, Error> {
            // A judge that ended has no more chunks, and then no other has a later one.
            let got = chunk_receivers[turn].recv().ok().transpose();
            turn = (turn + 1) % judges;
            got
        };
        let result = take(&mut next);
        // The other threads end when nobody listens any more.
        drop(chunk_receivers);
        result
    })
}

fn read_chunks<R: std::io::Read>(
    mut records: exchange::open::Records<R>,
    senders: &[SyncSender<Result<Batch, Error>>],
) {
    for sender in senders.iter().cycle() {
        let mut batch = Batch::default();
        let (message, last) = match records.fill(&mut batch, CHUNK_ROWS) {
            Ok(true) => (Ok(batch), false),
            Ok(false) => return,
            Err(error) => (Err(Error::Read(error)), true),
        };
        if sender.send(message).is_err() || last {
            return;
        }
    }
}

fn judge_chunks(
    judge: &Judge,
    first: u64,
    raw: &Receiver<Result<Batch, Error>>,
    out: &SyncSender<Result<Chunk, Error>>,
) {
    for batch in raw {
        let chunk = batch.map(|batch| judge_chunk(judge, first, batch));
        if out.send(chunk).is_err() {
            return;
        }
    }
}

fn judge_chunk(judge: &Judge, first: u64, batch: Batch) -> Chunk {
    let rows = batch
        .records()
        .enumerate()
        .filter(|(_, record)| record.index() >= first)
        .filter_map(|(at, record)| Some(prepare(at, judge.judge(record)?)))
        .collect();
    let next_record = batch.records().last().map_or(0, |r| r.index() + 1);
    Chunk {
        rows,
        next_record,
        batch,
    }
}

fn prepare(record: usize, judged: Judged) -> Prepared {
    if judged.is_invalid() {
        return Prepared {
            judged,
            record,
            keys: Vec::new(),
            body: String::new(),
            order: String::new(),
        };
    }
    let body = judged.contact.to_json();
    Prepared {
        record,
        keys: MatchKey::of(&judged.contact),
        order: name_order(&judged.contact),
        body,
        judged,
    }
}
