//! Files that are being uploaded: their pieces are written to the object store as they arrive, so no file is ever held
//! in memory, and a slow upload occupies no thread and no work permit.

use crate::Web;
use crate::bridge::blocking::without_turn;
use crate::bridge::uploads::{NoPlace, Place};
use crate::ui::error_page::Problem;
use app::{Actor, ArrivingFile};
use bytes::Bytes;
use std::mem;
use std::sync::Arc;

/// Bytes that are buffered before they are written.
const WRITTEN_AT_ONCE: usize = 256 * 1024;

/// Characters of a file name that are kept: as many as file systems allow.
const NAME_LETTERS: usize = 255;

/// A file that is being uploaded, and its place among the uploads.
pub struct Arriving {
    pub file: ArrivingFile,
    /// Released once the file has become a draft.
    pub place: Place,
}

impl Arriving {
    async fn begin(web: &Arc<Web>, actor: Actor) -> Result<Self, Problem> {
        let place = web.uploads.take(actor).map_err(no_place)?;
        let (app, limit) = (Arc::clone(&web.app), web.upload_limit());
        let begun = without_turn(move || {
            Ok(Self {
                file: app.receive_file(actor, limit)?,
                place,
            })
        });
        begun.await?.map_err(Problem::App)
    }

    /// Writes pieces, on a thread that may block.
    async fn write(mut self, pieces: Vec<Bytes>) -> Result<Self, Problem> {
        let written = without_turn(move || {
            pieces.iter().try_for_each(|piece| self.file.write(piece))?;
            Ok(self)
        });
        written.await?.map_err(Problem::App)
    }
}

fn no_place(why: NoPlace) -> Problem {
    let why = match why {
        NoPlace::OfMember(most) => format!(
            "You are already uploading {most} files, the most at once. Wait until one of them has finished, then upload this one."
        ),
        NoPlace::InAll => "Too many files are being uploaded right now. Try again in a minute.".to_owned(),
    };
    Problem::TooMany(why)
}

/// A file whose pieces are buffered and written. Between two pieces it occupies no thread.
pub struct Receiving {
    arriving: Arriving,
    pieces: Vec<Bytes>,
    bytes: usize,
}

impl Receiving {
    /// Begins to receive a file from a member.
    pub async fn begin(web: &Arc<Web>, actor: Actor) -> Result<Self, Problem> {
        Ok(Self {
            arriving: Arriving::begin(web, actor).await?,
            pieces: Vec::new(),
            bytes: 0,
        })
    }

    /// Adds the next piece.
    pub async fn add(mut self, piece: Bytes) -> Result<Self, Problem> {
        self.bytes += piece.len();
        self.pieces.push(piece);
        if self.bytes >= WRITTEN_AT_ONCE {
            self.bytes = 0;
            let pieces = mem::take(&mut self.pieces);
            self.arriving = self.arriving.write(pieces).await?;
        }
        Ok(self)
    }

    /// Writes the remaining pieces and returns the complete file.
    pub async fn end(self) -> Result<Arriving, Problem> {
        self.arriving.write(self.pieces).await
    }
}

/// The bare name of a file. Browsers send a bare name; other clients may send a path, or a name longer than file
/// systems allow.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let last: String = last.chars().filter(|c| is_shown(*c)).take(NAME_LETTERS).collect();
    match last.trim() {
        "" => "file.csv".to_owned(),
        last => last.to_owned(),
    }
}

/// Whether a character of a name is displayed as itself. Control characters are not, and characters that change the
/// direction of writing make `gpj.exe` look like `exe.jpg`.
fn is_shown(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_folders() {
        assert_eq!(file_name("C:\\Users\\ann\\contacts.csv"), "contacts.csv");
        assert_eq!(file_name("a/b.csv"), "b.csv");
        assert_eq!(file_name("/"), "file.csv");
        assert_eq!(file_name("a\u{0}\nb.csv"), "ab.csv");
        assert_eq!(file_name("a\u{202e}vsc.exe\u{2066}\u{200f}.csv"), "avsc.exe.csv");
        assert_eq!(file_name(&"x".repeat(100_000)).len(), NAME_LETTERS);
    }
}
