//! A file that is received piece by piece, before it becomes a draft.
//!
//! Enforces the limit for one file and the member's quota. Each piece is written immediately, so receiving a file does
//! not block a thread while the next piece is awaited.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::quotas::Room;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// The number of bytes that `write_all` reads at once.
const PIECE: usize = 64 * 1024;

/// A file that is being received. Unless a draft is created from it, it is deleted when this is dropped.
pub struct ArrivingFile {
    pub(crate) copy: crate::storage::Draft,
    location: PathBuf,
    bytes: u64,
    /// The maximum size of a file in bytes.
    pub(crate) limit: u64,
    /// The member's remaining quota.
    pub(crate) room: Room,
}

impl App {
    /// Begins to receive a file of at most `limit` bytes from a member.
    ///
    /// # Errors
    /// [`Error::Quota`] if the member may upload no more files; errors of the object store and the database.
    pub fn receive_file(&self, actor: Actor, limit: u64) -> Result<ArrivingFile, Error> {
        Ok(ArrivingFile {
            room: self.room_for_upload(actor)?,
            copy: self.objects.draft()?,
            location: self.objects.location().into(),
            bytes: 0,
            limit,
        })
    }
}

impl ArrivingFile {
    /// Writes the next piece.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::Quota`]; [`Error::DiskFull`]; [`Error::Io`] if it cannot be written.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        if self.bytes > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        if self.bytes > self.room.bytes {
            return Err(self.room.refusal());
        }
        let written = self.copy.write_all(piece);
        written.map_err(|e| Error::io("writing the file to", &self.location, e))
    }

    /// Writes all of `content`.
    pub(crate) fn write_all(&mut self, content: &mut dyn Read) -> Result<(), Error> {
        let mut piece = vec![0; PIECE];
        loop {
            match content.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(n) => self.write(&piece[..n])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::reading(error)),
            }
        }
    }
}
