//! A file that arrives piece by piece, before it becomes a draft.
//!
//! Owns its size limits: that of one file, and what the member may still leave on the server. Each piece is written at once, so anyone who receives a file need not hold a thread while it arrives.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::quotas::Room;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// Bytes that are read at once from something that is there as a whole.
const PIECE: usize = 64 * 1024;

/// A file that is arriving. Unless a draft is made of it, it is removed when this is dropped.
pub struct ArrivingFile {
    pub(crate) copy: crate::storage::Draft,
    location: PathBuf,
    bytes: u64,
    /// How many bytes a file may have.
    pub(crate) limit: u64,
    /// How many the member may leave here.
    pub(crate) room: Room,
}

impl App {
    /// Begins to receive a file of at most `limit` bytes from a member.
    ///
    /// # Errors
    /// [`Error::Quota`] if the member may leave no more files here; those of the object store and the database.
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
