//! A multimap from hashes to values on disk, for more entries than memory should hold.
//!
//! Entries are added in batches. Each batch is written as a run: a sorted, unnamed temporary file. Sixteen runs of one
//! size are merged into one, so that a lookup reads few of them. Memory holds the first hash of each block of a run
//! and, for a run that is not merged yet, a Bloom filter of its hashes.

use crate::import::key_filter;
use fastbloom::BloomFilter;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The size of an entry in bytes.
const ENTRY: usize = 32;
/// The number of entries in a block.
const BLOCK: usize = 256;
/// The number of runs of one size that are merged into one.
const MERGED: usize = 16;
/// Filter bits for each entry: about one in three hundred absent hashes is looked up in vain.
const BITS_PER_ENTRY: usize = 12;

/// Returns the hash of a text. Its upper half is the hash that filters of match keys use.
pub(crate) fn hash_of(bytes: &[u8]) -> u128 {
    u128::from(key_filter::hash(bytes)) << 64 | u128::from(xxh3_64_with_seed(bytes, 1))
}

/// A hash and one of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HashEntry {
    pub hash: u128,
    pub value: u128,
}

impl HashEntry {
    fn to_bytes(self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..16].copy_from_slice(&self.hash.to_le_bytes());
        bytes[16..].copy_from_slice(&self.value.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; ENTRY]) -> Self {
        let (mut hash, mut value) = ([0; 16], [0; 16]);
        hash.copy_from_slice(&bytes[..16]);
        value.copy_from_slice(&bytes[16..]);
        Self {
            hash: u128::from_le_bytes(hash),
            value: u128::from_le_bytes(value),
        }
    }
}

/// The runs, largest first.
#[derive(Default)]
pub(crate) struct HashRuns {
    runs: Vec<Run>,
}

impl HashRuns {
    /// Adds entries.
    ///
    /// # Errors
    /// When the temporary files cannot be written.
    pub fn add(&mut self, mut entries: Vec<HashEntry>) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        entries.sort_unstable();
        let mut filter = BloomFilter::with_num_bits((entries.len() * BITS_PER_ENTRY).max(64))
            .seed(&0)
            .expected_items(entries.len());
        for entry in &entries {
            filter.insert_hash(short(entry.hash));
        }
        let mut run = RunWriter::new(0)?;
        entries.iter().try_for_each(|entry| run.write(*entry))?;
        self.runs.push(Run {
            filter: Some(filter),
            ..run.finish()?
        });
        self.merge()
    }

    /// Returns the values of a hash, sorted.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn find(&mut self, hash: u128) -> io::Result<Vec<u128>> {
        let mut found = Vec::new();
        for run in &mut self.runs {
            if run.may_hold(hash) {
                run.find(hash, &mut found)?;
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Calls `take` with every hash, once for each of its values.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn for_each_hash(&mut self, mut take: impl FnMut(u128)) -> io::Result<()> {
        for run in &mut self.runs {
            let mut reader = run.reader()?;
            while let Some(entry) = next(&mut reader)? {
                take(entry.hash);
            }
        }
        Ok(())
    }

    /// Merges the last runs while there are `MERGED` or more of one size.
    fn merge(&mut self) -> io::Result<()> {
        loop {
            let level = self.runs.last().map_or(0, |run| run.level);
            let first = self.runs.partition_point(|run| run.level > level);
            if self.runs.len() - first < MERGED {
                return Ok(());
            }
            let merged = merged(self.runs.split_off(first), level + 1)?;
            self.runs.push(merged);
        }
    }
}

/// A sorted file of entries.
struct Run {
    file: File,
    /// How often its entries were merged.
    level: u32,
    /// The first hash of each block.
    blocks: Vec<u64>,
    filter: Option<BloomFilter>,
}

impl Run {
    fn may_hold(&self, hash: u128) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter.contains_hash(short(hash)))
    }

    fn find(&mut self, hash: u128, found: &mut Vec<u128>) -> io::Result<()> {
        let behind = self.blocks.partition_point(|first| *first < short(hash));
        let mut bytes = Vec::with_capacity(BLOCK * ENTRY);
        for block in behind.saturating_sub(1)..self.blocks.len() {
            self.file.seek(SeekFrom::Start((block * BLOCK * ENTRY) as u64))?;
            bytes.clear();
            Read::take(&mut self.file, (BLOCK * ENTRY) as u64).read_to_end(&mut bytes)?;
            let (entries, _) = bytes.as_chunks::<ENTRY>();
            let at = entries.partition_point(|entry| HashEntry::from_bytes(entry).hash < hash);
            for entry in entries[at..].iter().map(HashEntry::from_bytes) {
                if entry.hash != hash {
                    return Ok(());
                }
                found.push(entry.value);
            }
        }
        Ok(())
    }

    fn reader(&mut self) -> io::Result<BufReader<&mut File>> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(BufReader::with_capacity(BLOCK * ENTRY, &mut self.file))
    }
}

/// Writes a run. The entries must be written in order.
struct RunWriter {
    file: BufWriter<File>,
    level: u32,
    blocks: Vec<u64>,
    entries: usize,
}

impl RunWriter {
    fn new(level: u32) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(64 * 1024, tempfile::tempfile()?),
            level,
            blocks: Vec::new(),
            entries: 0,
        })
    }

    fn write(&mut self, entry: HashEntry) -> io::Result<()> {
        if self.entries.is_multiple_of(BLOCK) {
            self.blocks.push(short(entry.hash));
        }
        self.entries += 1;
        self.file.write_all(&entry.to_bytes())
    }

    fn finish(mut self) -> io::Result<Run> {
        self.file.flush()?;
        let (file, _) = self.file.into_parts();
        Ok(Run {
            file,
            level: self.level,
            blocks: self.blocks,
            filter: None,
        })
    }
}

/// Merges several runs into one.
fn merged(mut runs: Vec<Run>, level: u32) -> io::Result<Run> {
    let mut readers = runs.iter_mut().map(Run::reader).collect::<io::Result<Vec<_>>>()?;
    let mut heads = BinaryHeap::with_capacity(readers.len());
    for (at, reader) in readers.iter_mut().enumerate() {
        heads.extend(next(reader)?.map(|entry| Reverse((entry, at))));
    }
    let mut merged = RunWriter::new(level)?;
    while let Some(Reverse((entry, at))) = heads.pop() {
        merged.write(entry)?;
        heads.extend(next(&mut readers[at])?.map(|entry| Reverse((entry, at))));
    }
    merged.finish()
}

/// Reads the next entry of a run; `None` at its end.
fn next(reader: &mut impl Read) -> io::Result<Option<HashEntry>> {
    let mut bytes = [0; ENTRY];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(HashEntry::from_bytes(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the upper half of a hash.
pub(crate) fn short(hash: u128) -> u64 {
    (hash >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(hash: u64, value: u128) -> HashEntry {
        HashEntry {
            // Two hashes may share their upper half.
            hash: u128::from(hash / 2) << 64 | u128::from(hash % 2),
            value,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_value_is_found_by_its_hash(
            batches in prop::collection::vec(prop::collection::vec((0..400_u64, 0..9_u128), 0..700), 0..40),
        ) {
            let mut runs = HashRuns::default();
            let mut all: Vec<HashEntry> = Vec::new();
            for batch in batches {
                let batch: Vec<HashEntry> = batch.into_iter().map(|(hash, value)| entry(hash, value)).collect();
                all.extend(&batch);
                runs.add(batch).unwrap();
            }
            prop_assert!(runs.runs.len() < 2 * MERGED);
            all.sort_unstable();
            for hash in 0..401 {
                let hash = entry(hash, 0).hash;
                let expected: Vec<u128> = all.iter().filter(|e| e.hash == hash).map(|e| e.value).collect();
                prop_assert_eq!(runs.find(hash).unwrap(), expected);
            }
            let mut hashes = Vec::new();
            runs.for_each_hash(|hash| hashes.push(hash)).unwrap();
            hashes.sort_unstable();
            prop_assert_eq!(hashes, all.iter().map(|e| e.hash).collect::<Vec<_>>());
        }
    }
}
