//! Quotas for uploaded files: the number of drafts of a member, and the bytes of a member and of the workspace.
//!
//! Checked before a file is received. The limits are in the settings of the workspace.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::stored::{KEPT_FOR, needed_uploads};
use crate::workspace::stored::stored_settings;
use store::imports::{self, Import, ImportState};

/// The room for one more file.
pub(crate) struct Room {
    /// The maximum size of the file in bytes.
    pub bytes: u64,
    /// The error message for a larger file.
    refusal: String,
}

impl Room {
    pub fn refusal(&self) -> Error {
        Error::Quota(self.refusal.clone())
    }
}

impl App {
    /// Returns the room for one more upload of the member.
    ///
    /// # Errors
    /// [`Error::Quota`] if there is no room.
    pub(crate) fn room_for_upload(&self, actor: Actor) -> Result<Room, Error> {
        self.room(actor, true)
    }

    /// Returns the room for another table of a file that the member has uploaded.
    ///
    /// # Errors
    /// [`Error::Quota`] if there is no room.
    pub(crate) fn room_for_table(&self, actor: Actor) -> Result<Room, Error> {
        self.room(actor, false)
    }

    fn room(&self, actor: Actor, one_more_draft: bool) -> Result<Room, Error> {
        let (settings, stored) = self.store.read(|tx| {
            Ok::<_, store::Error>((
                stored_settings(tx, actor.workspace)?,
                imports::list(tx, actor.workspace)?,
            ))
        })?;
        let limits = settings.limits();
        let own = |import: &&Import| import.owner == actor.member;
        let drafts = stored.iter().filter(own).filter(|i| i.state == ImportState::Draft);
        let drafts: Vec<&Import> = drafts.collect();
        if one_more_draft && drafts.len() >= limits.drafts as usize {
            return Err(Error::Quota(format!(
                "you have {} imports that are not started, which is the most that this workspace allows: {}",
                drafts.len(),
                advice(&drafts)
            )));
        }
        let kept_since = self.system.now() - KEPT_FOR;
        let bytes = |import: &Import| needed_uploads(import, kept_since).map_or(0, |needed| needed.bytes);
        let mine: u64 = stored.iter().filter(own).map(bytes).sum();
        let all: u64 = stored.iter().map(bytes).sum();
        let (left, left_of_all) = (
            limits.member_bytes.saturating_sub(mine),
            limits.workspace_bytes.saturating_sub(all),
        );
        let room = if left <= left_of_all {
            let refusal = format!(
                "your uploaded files may have {} GiB together, and there is no room for this one: {}",
                limits.member_bytes >> 30,
                advice(&drafts)
            );
            Room { bytes: left, refusal }
        } else {
            let refusal = format!(
                "the uploaded files of the workspace may have {} GiB together, and there is no room for this one: {}, or ask \
                 an admin for more room",
                limits.workspace_bytes >> 30,
                advice(&drafts)
            );
            Room {
                bytes: left_of_all,
                refusal,
            }
        };
        match room.bytes {
            0 => Err(room.refusal()),
            _ => Ok(room),
        }
    }
}

/// Returns advice on how the member can make room.
fn advice(drafts: &[&Import]) -> String {
    match drafts.iter().max_by_key(|import| import.file_size) {
        Some(largest) => format!(
            "discard one that you do not need, such as “{}” (import {})",
            largest.file_name, largest.id
        ),
        None => "files of finished imports are kept for 30 days".to_owned(),
    }
}
