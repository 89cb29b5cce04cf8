//! Compound files of older Microsoft programs: detects what a file holds from the names in its directory.

use crate::open::Refusal;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Bytes of the directory that are examined.
const LOOKED_AT: u64 = 64 * 1024;

/// Returns why a compound file is refused. `None` if it may be a workbook.
pub fn refusal(file: &mut File) -> Option<Refusal> {
    let directory = directory(file).unwrap_or_default();
    let holds = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(&directory, &name).is_some()
    };
    match () {
        () if holds("EncryptedPackage") => Some(Refusal::EncryptedWorkbook),
        () if holds("WordDocument") || holds("PowerPoint Document") => Some(Refusal::Document),
        () if holds("__properties_version1.0") => Some(Refusal::Message),
        () => None,
    }
}

/// Reads the beginning of the directory. The header gives its place: the sector size at byte 30, its first sector at
/// byte 48.
fn directory(file: &mut File) -> Option<Vec<u8>> {
    let mut header = [0; 512];
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_exact(&mut header).ok()?;
    let shift = u16::from_le_bytes([header[30], header[31]]);
    let first = u32::from_le_bytes([header[48], header[49], header[50], header[51]]);
    if !(7..=16).contains(&shift) {
        return None;
    }
    file.seek(SeekFrom::Start((u64::from(first) + 1) << shift)).ok()?;
    let mut directory = Vec::new();
    file.take(LOOKED_AT).read_to_end(&mut directory).ok()?;
    Some(directory)
}
