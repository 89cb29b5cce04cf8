//! The table of an uploaded file: converted from a workbook's sheet, a vCard or the content of an archive, and
//! converted again when the member chooses another sheet.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::conversion::TableOut;
use crate::import::draft::DraftSettings;
use crate::import::draft::plan::DraftPlan;
use crate::import::quotas::Room;
use crate::import::uploads::Upload;
use std::path::Path;
use store::ImportId;

/// An uploaded file, ready for its import.
pub(crate) struct TakenFile {
    /// The file that the import reads.
    pub upload: Upload,
    /// The name of the original upload, if another sheet of it can be chosen.
    pub original: Option<String>,
    /// The size of the original in bytes.
    pub bytes: u64,
}

impl App {
    /// Stores a received file as an upload, or its table if it is not a CSV. A table is refused if it has more than
    /// `limit` bytes or exceeds the member's quota.
    pub(crate) fn take_arrived(
        &self,
        actor: Actor,
        copy: crate::storage::Draft,
        limit: u64,
        room: &Room,
    ) -> Result<TakenFile, Error> {
        let original = self.put_upload(actor, copy)?;
        let bytes = original.file.size;
        let taken = self.take_table(actor, &original.file.path, None, limit, Some(room));
        let drops_original = match &taken {
            Ok(table) => table.as_ref().is_some_and(|table| !has_other_sheets(table)),
            Err(_) => true,
        };
        if drops_original {
            self.drop_upload(&original.name);
        }
        Ok(match taken? {
            None => TakenFile {
                upload: original,
                original: None,
                bytes,
            },
            Some(table) => TakenFile {
                original: has_other_sheets(&table).then_some(original.name),
                upload: table,
                bytes,
            },
        })
    }

    /// Converts a file to a table and stores the table as an upload; `None` for a file that is read as it is.
    fn take_table(
        &self,
        actor: Actor,
        path: &Path,
        sheet: Option<&str>,
        limit: u64,
        room: Option<&Room>,
    ) -> Result<Option<Upload>, Error> {
        let mut copy = self.objects.draft()?;
        let mut out = TableOut::new(&mut copy, Path::new(self.objects.location()));
        let most = room.map_or(limit, |room| room.bytes.min(limit));
        out.left = most;
        let too_large = || match room {
            Some(room) if room.bytes < limit => room.refusal(),
            _ => Error::TooLarge { limit: most },
        };
        let Some(source) = out.take_table(path, sheet, too_large)? else {
            return Ok(None);
        };
        let upload = self.put_upload(actor, copy)?;
        Ok(Some(Upload {
            source: Some(source),
            ..upload
        }))
    }

    /// Replaces the table of a draft by the table of another sheet. Corrections, decisions and column choices are
    /// dropped, because they belong to the former table.
    pub(crate) fn choose_sheet(
        &self,
        actor: Actor,
        import: ImportId,
        plan: &DraftPlan,
        settings: &DraftSettings,
        seen: Option<&str>,
    ) -> Result<(), Error> {
        let Some(original) = &plan.original else { return Ok(()) };
        let file = self.fetch_upload(import, original)?.file;
        let room = self.room_for_table(actor)?;
        let table = self.take_table(actor, &file.path, settings.sheet.as_deref(), u64::MAX, Some(&room))?;
        let Some(table) = table else { return Ok(()) };
        let before = plan.upload.clone();
        let (name, bytes, source) = (table.name.clone(), table.file.size, table.source.clone());
        let revised = self.revise_seen(actor, import, seen, |plan| {
            plan.upload.clone_from(&name);
            plan.upload_bytes = bytes;
            plan.source.clone_from(&source);
            plan.remembered = false;
            plan.fixes = exchange::fixes::Fixes::default();
            plan.decisions.clear();
            plan.settings = DraftSettings {
                options: settings.options,
                sheet: settings.sheet.clone(),
                keep_unmapped: settings.keep_unmapped,
                bad_values: settings.bad_values,
                region: settings.region,
                date_order: settings.date_order,
                ..DraftSettings::default()
            };
        });
        match &revised {
            Ok(()) => self.drop_upload(&before),
            Err(_) => self.drop_upload(&table.name),
        }
        revised
    }
}

fn has_other_sheets(table: &Upload) -> bool {
    table
        .source
        .as_ref()
        .is_some_and(|source| source.other_sheets().next().is_some())
}
