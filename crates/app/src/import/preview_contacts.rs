//! The contacts that a preview creates and changes, and their match keys: what the import would write.
//!
//! They are kept in unnamed temporary files, so that memory does not grow with them, and are found by id and by key.
//! Few rows match a contact of their own file, so the format is optimised for writing.

use crate::contacts::stored::read as read_contact;
use crate::error::Error;
use crate::import::batch_state::is_own;
use crate::import::hash_runs::{HashEntry, HashRuns, hash_of, short};
use foldhash::fast::RandomState;
use model::{ContactId, MatchKey};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use store::contacts::{ContactRow, Origin};
use store::{ImportId, Member, RunId};

/// The number of bytes that are collected before they are written.
const BUFFER: usize = 256 * 1024;
/// One in this many created contacts has its position in memory.
const NOTED_EACH: u64 = 32;

/// The contacts of a preview.
pub(crate) struct PreviewContacts {
    /// Created contacts, in the order of their ids.
    created: SpillFile,
    last_created: ContactId,
    count: u64,
    /// The ids and positions of every `NOTED_EACH`-th contact in `created`.
    places: Vec<(ContactId, u64)>,
    /// States of changed contacts, and created contacts whose id (from an export) is out of order.
    changed: SpillFile,
    /// The position in `changed` of the last state of each contact that was changed since the batch began.
    changed_now: HashMap<ContactId, u64, RandomState>,
    /// The positions in `changed` from earlier batches. If a contact has several, the last one is valid.
    changed_before: HashRuns,
    /// The contacts that have got each key in earlier batches.
    keys: HashRuns,
}

impl PreviewContacts {
    /// Creates an empty set of contacts.
    ///
    /// # Errors
    /// When no temporary file can be created.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            created: SpillFile::new().map_err(failed)?,
            last_created: ContactId::nil(),
            count: 0,
            places: Vec::new(),
            changed: SpillFile::new().map_err(failed)?,
            changed_now: HashMap::default(),
            changed_before: HashRuns::default(),
            keys: HashRuns::default(),
        })
    }

    /// Adds a created contact.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn create(&mut self, row: &ContactRow) -> Result<(), Error> {
        if row.id <= self.last_created {
            return self.change(row);
        }
        let place = self.created.append(row).map_err(failed)?;
        if self.count.is_multiple_of(NOTED_EACH) {
            self.places.push((row.id, place));
        }
        self.count += 1;
        self.last_created = row.id;
        Ok(())
    }

    /// Adds the new state of a contact.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn change(&mut self, row: &ContactRow) -> Result<(), Error> {
        let place = self.changed.append(row).map_err(failed)?;
        self.changed_now.insert(row.id, place);
        Ok(())
    }

    /// Returns the last state of the contacts among `ids` that the preview has created or changed.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn get_many(&mut self, ids: &[ContactId]) -> Result<Vec<ContactRow>, Error> {
        let found = ids.iter().map(|id| self.get(*id).map_err(failed));
        found.filter_map(Result::transpose).collect()
    }

    fn get(&mut self, id: ContactId) -> io::Result<Option<ContactRow>> {
        match self.place_of_change(id)? {
            Some(place) => self.changed.read_one(place).map(Some),
            None => self.get_created(id),
        }
    }

    /// Returns the position of the last state of a changed contact; `None` if the contact was not changed.
    fn place_of_change(&mut self, id: ContactId) -> io::Result<Option<u64>> {
        if let Some(place) = self.changed_now.get(&id) {
            return Ok(Some(*place));
        }
        if self.changed_before.is_empty() {
            return Ok(None);
        }
        let places = self.changed_before.find(hash_of(id.as_bytes()))?;
        Ok(places.last().and_then(|place| u64::try_from(*place).ok()))
    }

    fn get_created(&mut self, id: ContactId) -> io::Result<Option<ContactRow>> {
        let behind = self.places.partition_point(|(noted, _)| *noted <= id);
        let Some((_, begin)) = behind.checked_sub(1).and_then(|at| self.places.get(at)).copied() else {
            return Ok(None);
        };
        if id > self.last_created {
            return Ok(None);
        }
        let end = self.places.get(behind).map_or(self.created.end(), |(_, place)| *place);
        self.created.find(begin, end, id)
    }

    /// Whether a row of this preview has removed a key from a contact.
    ///
    /// # Errors
    /// When a temporary file, or the contact, cannot be read.
    pub fn has_lost(&mut self, row: &ContactRow, key: &MatchKey) -> Result<bool, Error> {
        let was_changed = row.written_by == Some(RunId::Preview)
            && (!is_own(row, RunId::Preview) || self.place_of_change(row.id).map_err(failed)?.is_some());
        // An unchanged contact of the preview may be stored with its names only, so its body does not show its keys.
        Ok(was_changed && !MatchKey::of_contact(&read_contact(row)?).contains(key))
    }

    /// Ends a batch. `keys` are the keys that its contacts have got.
    ///
    /// # Errors
    /// When the temporary files cannot be written.
    pub fn end_batch(&mut self, keys: &[(MatchKey, ContactId)]) -> Result<(), Error> {
        let keys = keys.iter().map(|(key, id)| HashEntry {
            hash: hash_of(key.as_stored().as_bytes()),
            value: id.as_u128(),
        });
        self.keys.add(keys.collect()).map_err(failed)?;
        let changed = self.changed_now.drain().map(|(id, place)| HashEntry {
            hash: hash_of(id.as_bytes()),
            value: u128::from(place),
        });
        self.changed_before.add(changed.collect()).map_err(failed)
    }

    /// Returns the contacts that have got a key in earlier batches, in the order of their ids.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn contacts_with(&mut self, key: &MatchKey) -> Result<Vec<ContactId>, Error> {
        if self.keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.keys.find(hash_of(key.as_stored().as_bytes())).map_err(failed)?;
        Ok(found.into_iter().map(ContactId::from_u128).collect())
    }

    /// Calls `take` with the filter hash of every key of earlier batches.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn for_each_key(&mut self, mut take: impl FnMut(u64)) -> Result<(), Error> {
        self.keys.for_each_hash(|hash| take(short(hash))).map_err(failed)
    }
}

fn failed(error: io::Error) -> Error {
    Error::io("keeping the contacts of a preview in", &std::env::temp_dir(), error)
}

/// A file of contacts, one after the other. The last ones are in a memory buffer.
struct SpillFile {
    file: File,
    /// The size of the file in bytes.
    written: u64,
    /// The contacts after the end of the file.
    buffer: Vec<u8>,
}

impl SpillFile {
    fn new() -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile()?,
            written: 0,
            buffer: Vec::new(),
        })
    }

    fn end(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Appends a contact and returns its position.
    fn append(&mut self, row: &ContactRow) -> io::Result<u64> {
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        let place = self.end();
        write(row, &mut self.buffer);
        Ok(place)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.written))?;
        self.file.write_all(&self.buffer)?;
        self.written = self.end();
        self.buffer.clear();
        Ok(())
    }

    /// Reads the bytes from one position to another.
    fn read(&mut self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let length = usize::try_from(to - from).map_err(io::Error::other)?;
        if let Some(from) = from.checked_sub(self.written) {
            let from = usize::try_from(from).map_err(io::Error::other)?;
            return Ok(self.buffer[from..from + length].to_vec());
        }
        if to > self.written {
            self.flush()?;
        }
        let mut bytes = vec![0; length];
        self.file.seek(SeekFrom::Start(from))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads the contact at a position.
    fn read_one(&mut self, place: u64) -> io::Result<ContactRow> {
        let head = self.read(place, place + HEAD as u64)?;
        let length = body_length(&head).ok_or(io::ErrorKind::InvalidData)?;
        let bytes = self.read(place, place + HEAD as u64 + length)?;
        read(&bytes)
            .map(|(row, _)| row)
            .ok_or(io::ErrorKind::InvalidData.into())
    }

    /// Finds the contact with an id between two positions.
    fn find(&mut self, from: u64, to: u64, id: ContactId) -> io::Result<Option<ContactRow>> {
        let bytes = self.read(from, to)?;
        let mut rest = bytes.as_slice();
        while let Some(length) = body_length(rest) {
            if rest.starts_with(id.as_bytes()) {
                return Ok(read(rest).map(|(row, _)| row));
            }
            let next = usize::try_from(length)
                .ok()
                .and_then(|length| rest.get(HEAD + length..));
            rest = next.ok_or(io::ErrorKind::InvalidData)?;
        }
        Ok(None)
    }
}

/// How many numbers are stored for each contact, 8 bytes each.
const NUMBERS: usize = 8;
/// The size of the header before the body: id, numbers, length of the body.
const HEAD: usize = 16 + 8 * NUMBERS + 8;
/// The stored value of a missing number.
const NONE: i64 = i64::MIN;

fn write(row: &ContactRow, out: &mut Vec<u8>) {
    let line = row.created_by.map(|origin| origin.line.cast_signed());
    let numbers: [i64; NUMBERS] = [
        row.owner.0,
        row.version,
        row.created_at,
        number_of(row.created_by.map(|origin| origin.run)),
        line.unwrap_or(NONE),
        row.made_by.map_or(NONE, |member| member.0),
        number_of(row.written_by),
        row.edited_by.map_or(NONE, |member| member.0),
    ];
    out.extend(row.id.as_bytes());
    numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
    out.extend((row.body.len() as u64).to_le_bytes());
    out.extend(row.body.as_bytes());
}

/// Encodes a run as a number. A preview is `NONE + 1`, which is below the number of every import.
fn number_of(run: Option<RunId>) -> i64 {
    match run {
        None => NONE,
        Some(RunId::Preview) => NONE + 1,
        Some(RunId::Import(import)) => import.0,
    }
}

fn run_of(number: i64) -> Option<RunId> {
    match number {
        NONE => None,
        number if number == NONE + 1 => Some(RunId::Preview),
        number => Some(RunId::Import(ImportId(number))),
    }
}

/// Returns the body length of the contact at the start of the bytes; `None` after the last contact.
fn body_length(bytes: &[u8]) -> Option<u64> {
    number_at(bytes, HEAD - 8).map(i64::cast_unsigned)
}

fn number_at(bytes: &[u8], at: usize) -> Option<i64> {
    let bytes = bytes.get(at..at + 8)?;
    bytes.try_into().ok().map(i64::from_le_bytes)
}

/// Parses the contact at the start of the bytes. Returns it with the remaining bytes.
fn read(bytes: &[u8]) -> Option<(ContactRow, &[u8])> {
    let number = |at: usize| number_at(bytes, 16 + 8 * at);
    let member = |at: usize| Some(Some(number(at)?).filter(|number| *number != NONE).map(Member));
    let end = HEAD.checked_add(usize::try_from(body_length(bytes)?).ok()?)?;
    let origin = run_of(number(3)?).zip(Some(number(4)?));
    let row = ContactRow {
        id: ContactId::from_slice(bytes.get(..16)?).ok()?,
        owner: Member(number(0)?),
        version: number(1)?,
        created_at: number(2)?,
        created_by: origin.map(|(run, line)| Origin {
            run,
            line: line.cast_unsigned(),
        }),
        made_by: member(5)?,
        written_by: run_of(number(6)?),
        edited_by: member(7)?,
        body: std::str::from_utf8(bytes.get(HEAD..end)?).ok()?.to_owned(),
    };
    Some((row, &bytes[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, body: &str) -> ContactRow {
        ContactRow {
            id: ContactId::from_u128(id),
            owner: Member(3),
            version: 7,
            created_at: 5,
            created_by: Some(Origin {
                run: RunId::Preview,
                line: 12,
            }),
            made_by: None,
            written_by: Some(RunId::Preview),
            edited_by: None,
            body: body.to_owned(),
        }
    }

    fn got(contacts: &mut PreviewContacts, id: u128) -> Option<ContactRow> {
        contacts.get_many(&[ContactId::from_u128(id)]).unwrap().pop()
    }

    #[test]
    fn a_contact_is_read_as_it_was_written() {
        let of_import = ContactRow {
            created_by: Some(Origin {
                run: RunId::Import(ImportId(9)),
                line: u64::MAX,
            }),
            made_by: Some(Member(4)),
            written_by: None,
            edited_by: Some(Member(-1)),
            ..row(1, "é")
        };
        let by_nobody = ContactRow {
            created_by: None,
            ..row(2, "")
        };
        for row in [of_import, by_nobody, row(3, "{}")] {
            let mut bytes = Vec::new();
            write(&row, &mut bytes);
            assert_eq!(read(&bytes), Some((row, [].as_slice())));
            assert_eq!(read(&bytes[..bytes.len() - 1]).map(|(row, _)| row.id), None);
        }
    }

    #[test]
    fn the_last_state_of_a_contact_is_found_by_its_id() {
        let body = |id: u128, state: &str| format!("{id} {state} {}", "x".repeat(id as usize % 90));
        let mut contacts = PreviewContacts::new().unwrap();
        // Every third id is out of order.
        for id in 1..4_000_u128 {
            let id = if id % 3 == 0 { 100_000 - id } else { id };
            contacts.create(&row(id, &body(id, "created"))).unwrap();
            if id % 1_000 == 0 {
                contacts.end_batch(&[]).unwrap();
            }
        }
        assert_eq!(got(&mut contacts, 4_001), None);
        for state in ["changed", "changed again"] {
            for id in (1..4_000).filter(|id| id % 7 == 0 && id % 3 != 0) {
                contacts.change(&row(id, &body(id, state))).unwrap();
            }
            contacts.end_batch(&[]).unwrap();
        }
        for id in 1..4_000_u128 {
            let is_changed = id % 7 == 0 && id % 3 != 0;
            let id = if id % 3 == 0 { 100_000 - id } else { id };
            let state = if is_changed { "changed again" } else { "created" };
            assert_eq!(
                got(&mut contacts, id).map(|row| row.body),
                Some(body(id, state)),
                "{id}"
            );
        }
    }

    #[test]
    fn contacts_are_found_by_the_keys_of_batches_that_ended() {
        let key = |n: u128| MatchKey::from_stored(&format!("e{n}"));
        let mut contacts = PreviewContacts::new().unwrap();
        for batch in 0..20 {
            let keys: Vec<_> = (0..50)
                .map(|n| (key(n % 40), ContactId::from_u128(batch * 100 + n)))
                .collect();
            contacts.end_batch(&keys).unwrap();
        }
        assert_eq!(contacts.contacts_with(&key(39)).unwrap().len(), 20);
        let first = contacts.contacts_with(&key(0)).unwrap();
        assert_eq!(first.len(), 40);
        assert!(first.is_sorted());
        assert!(contacts.contacts_with(&key(40)).unwrap().is_empty());
        let mut hashes = 0;
        contacts.for_each_key(|_| hashes += 1).unwrap();
        assert_eq!(hashes, 1_000);
    }
}
