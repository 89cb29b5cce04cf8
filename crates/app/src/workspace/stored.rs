//! The settings of a workspace as they are stored.

use crate::import_options::Duplicates;
use crate::import_options::ImportOptions;
use crate::import_options::Match;
use crate::workspace::security::SecuritySettings;
use model::Region;
use model::Slot;
use serde::Deserialize;
use serde::Serialize;
use store::Tx;
use store::Workspace;
use store::workspace::settings;

/// The settings as they are stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stored {
    pub(crate) country: Option<String>,
    #[serde(with = "slot_texts")]
    pub required: Vec<Slot>,
    pub(crate) duplicates: Duplicates,
    pub(crate) matching: Match,
    pub(crate) trash_days: u32,
    pub(crate) log_days: u32,
    pub security: SecuritySettings,
    pub(crate) drafts_each: u32,
    pub(crate) member_gib: u32,
    pub(crate) workspace_gib: u32,
}

impl Default for Stored {
    fn default() -> Self {
        Self {
            country: None,
            required: Vec::new(),
            duplicates: Duplicates::default(),
            matching: Match::default(),
            trash_days: 30,
            log_days: 90,
            security: SecuritySettings::default(),
            drafts_each: 50,
            member_gib: 5,
            workspace_gib: 50,
        }
    }
}

impl Stored {
    pub fn country(&self) -> Option<Region> {
        self.country.as_deref().and_then(Region::from_code)
    }

    /// The default options of a new import.
    pub(crate) fn options(&self) -> ImportOptions {
        ImportOptions {
            duplicates: self.duplicates,
            matching: self.matching,
            ..ImportOptions::default()
        }
    }

    /// The limits of what members may store on the server.
    pub fn limits(&self) -> Limits {
        Limits {
            drafts: self.drafts_each,
            member_bytes: u64::from(self.member_gib) << 30,
            workspace_bytes: u64::from(self.workspace_gib) << 30,
        }
    }

    /// How many days imports can be undone.
    pub fn log_days(&self) -> u32 {
        self.log_days
    }

    /// Contacts trashed before this moment are deleted for good.
    pub fn trash_since(&self, now: i64) -> i64 {
        now.saturating_sub(i64::from(self.trash_days) * DAY)
    }

    /// What was done before this moment cannot be undone any more.
    pub fn log_since(&self, now: i64) -> i64 {
        now.saturating_sub(i64::from(self.log_days) * DAY)
    }
}

/// Reads the settings; those that were never set have their defaults.
pub(crate) fn stored_settings(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Stored, store::Error> {
    match settings::get(tx, workspace)? {
        None => Ok(Stored::default()),
        Some(text) => serde_json::from_str(&text)
            .map_err(|_| store::Error::Corrupt("the settings of the workspace cannot be read".to_owned())),
    }
}

/// A day in microseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Slots are stored as texts. A slot that this program does not know is dropped.
mod slot_texts {
    use model::Slot;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(slots: &[Slot], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(slots.iter().map(Slot::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Slot>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        Ok(texts.into_iter().filter_map(|text| text.parse().ok()).collect())
    }
}

/// The limits of what members may store on the server.
pub(crate) struct Limits {
    pub drafts: u32,
    pub member_bytes: u64,
    pub workspace_bytes: u64,
}
