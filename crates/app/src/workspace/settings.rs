//! What is set for a workspace as a whole: its country, what its contacts need, how imports begin, and how long things are
//! kept.
//!
//! Owns the settings and who may change them. Leaves out where each is asked for: forms, imports, the runner.

use crate::App;
use crate::access::Actor;
use crate::access::admin;
use crate::audit::AuditAction;
use crate::auth::security_settings::SecuritySettings;
use crate::error::Error;
use crate::import::analysis::{Duplicates, ImportOptions, Match};
use crate::workspace::custom_fields::{defined, fields_to_require};
use model::{Region, Slot, clean};
use serde::{Deserialize, Serialize};
use store::{Tx, Workspace, accounts, settings, workspaces};

/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// So many days things can be kept, at most: ten years.
pub const MOST_DAYS: u32 = 3650;
/// Imports that each member may prepare, at most.
pub const MOST_DRAFTS: u32 = 10_000;
/// GiB of uploaded files, at most: a pebibyte.
pub const MOST_GIB: u32 = 1 << 20;
/// Letters of a workspace's name.
const MOST_LETTERS: usize = 100;

/// The settings of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSettings {
    /// What the workspace is called.
    pub name: String,
    /// The country of numbers without country code, where nothing else tells.
    pub country: Option<Region>,
    /// What every contact needs beside something to know it by.
    pub required: Vec<Slot>,
    /// What new imports do with duplicates, unless somebody chooses.
    pub duplicates: Duplicates,
    /// What counts as a match in new imports, unless somebody chooses.
    pub matching: Match,
    /// For how many days deleted contacts can be restored.
    pub trash_days: u32,
    /// For how many days imports and bulk changes can be undone.
    pub log_days: u32,
    /// How many imports each member may prepare without starting them.
    pub drafts_each: u32,
    /// How many GiB the uploaded files of each member may have.
    pub member_gib: u32,
    /// How many GiB the uploaded files of all members may have.
    pub workspace_gib: u32,
}

/// What members may leave on the server.
pub(crate) struct Limits {
    pub drafts: u32,
    pub member_bytes: u64,
    pub workspace_bytes: u64,
}

/// The settings as they are stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stored {
    country: Option<String>,
    #[serde(with = "slot_texts")]
    pub required: Vec<Slot>,
    duplicates: Duplicates,
    matching: Match,
    trash_days: u32,
    log_days: u32,
    pub security: SecuritySettings,
    drafts_each: u32,
    member_gib: u32,
    workspace_gib: u32,
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

    /// What a new import does, unless somebody chooses.
    fn options(&self) -> ImportOptions {
        ImportOptions {
            duplicates: self.duplicates,
            matching: self.matching,
            ..ImportOptions::default()
        }
    }

    /// What members may leave on the server.
    pub fn limits(&self) -> Limits {
        Limits {
            drafts: self.drafts_each,
            member_bytes: u64::from(self.member_gib) << 30,
            workspace_bytes: u64::from(self.workspace_gib) << 30,
        }
    }

    /// For how many days imports can be undone.
    pub fn log_days(&self) -> u32 {
        self.log_days
    }

    /// Of the trash nothing older than this is kept.
    pub fn trash_since(&self, now: i64) -> i64 {
        now.saturating_sub(i64::from(self.trash_days) * DAY)
    }

    /// What was done before this cannot be undone any more.
    pub fn log_since(&self, now: i64) -> i64 {
        now.saturating_sub(i64::from(self.log_days) * DAY)
    }
}

impl App {
    /// The settings of the workspace.
    ///
    /// # Errors
    /// Those of the database.
    pub fn settings(&self, actor: Actor) -> Result<WorkspaceSettings, Error> {
        self.store.read(|tx| whole(tx, actor))
    }

    /// What a new import does, unless somebody chooses.
    ///
    /// # Errors
    /// Those of the database.
    pub fn import_defaults(&self, actor: Actor) -> Result<ImportOptions, Error> {
        let stored = self.store.read(|tx| stored_settings(tx, actor.workspace))?;
        Ok(stored.options())
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Settings`] about what cannot be set; those of the database.
    pub fn set_settings(&self, actor: Actor, wanted: &WorkspaceSettings) -> Result<(), Error> {
        let name = clean(&wanted.name).into_owned();
        check(&name, wanted)?;
        self.store.write(|tx| {
            admin(tx, actor)?;
            let before = whole(tx, actor)?;
            let offered = fields_to_require(&defined(tx, actor.workspace)?);
            let wanted = WorkspaceSettings {
                name,
                required: offered
                    .into_iter()
                    .filter(|slot| wanted.required.contains(slot))
                    .collect(),
                ..wanted.clone()
            };
            let changed = differences(&before, &wanted);
            if changed.is_empty() {
                return Ok(());
            }
            if wanted.name != before.name {
                accounts::rename_workspace(tx, actor.workspace, &wanted.name)?;
            }
            let security = stored_settings(tx, actor.workspace)?.security;
            let stored = Stored {
                security,
                country: wanted.country.map(Region::code),
                required: wanted.required,
                duplicates: wanted.duplicates,
                matching: wanted.matching,
                trash_days: wanted.trash_days,
                log_days: wanted.log_days,
                drafts_each: wanted.drafts_each,
                member_gib: wanted.member_gib,
                workspace_gib: wanted.workspace_gib,
            };
            settings::put(tx, actor.workspace, &crate::import::run::to_json(&stored))?;
            Ok(self.audit(tx, actor, AuditAction::SettingsChanged, &changed.join("; "), 0)?)
        })
    }
}

/// The settings as they are stored; what nobody has set is what it is without.
pub(crate) fn stored_settings(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Stored, store::Error> {
    match settings::get(tx, workspace)? {
        None => Ok(Stored::default()),
        Some(text) => serde_json::from_str(&text)
            .map_err(|_| store::Error::Corrupt("the settings of the workspace cannot be read".to_owned())),
    }
}

fn whole(tx: &mut Tx<'_>, actor: Actor) -> Result<WorkspaceSettings, Error> {
    let stored = stored_settings(tx, actor.workspace)?;
    Ok(WorkspaceSettings {
        name: workspaces::name(tx, actor.workspace)?,
        country: stored.country(),
        required: stored.required,
        duplicates: stored.duplicates,
        matching: stored.matching,
        trash_days: stored.trash_days,
        log_days: stored.log_days,
        drafts_each: stored.drafts_each,
        member_gib: stored.member_gib,
        workspace_gib: stored.workspace_gib,
    })
}

fn check(name: &str, wanted: &WorkspaceSettings) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::Settings(why));
    if name.is_empty() || name.chars().count() > MOST_LETTERS {
        return refuse(format!("the name of the workspace has one to {MOST_LETTERS} letters"));
    }
    for days in [wanted.trash_days, wanted.log_days] {
        if !(1..=MOST_DAYS).contains(&days) {
            return refuse(format!("things are kept for one day to {MOST_DAYS} days"));
        }
    }
    if !(1..=MOST_DRAFTS).contains(&wanted.drafts_each) {
        return refuse(format!("each member may prepare one import to {MOST_DRAFTS} imports"));
    }
    for gib in [wanted.member_gib, wanted.workspace_gib] {
        if !(1..=MOST_GIB).contains(&gib) {
            return refuse(format!("uploaded files may have 1 GiB to {MOST_GIB} GiB"));
        }
    }
    Ok(())
}

/// What was changed, for the audit log.
fn differences(before: &WorkspaceSettings, after: &WorkspaceSettings) -> Vec<String> {
    let country = |settings: &WorkspaceSettings| settings.country.map_or_else(|| "none".to_owned(), Region::code);
    let required = |settings: &WorkspaceSettings| match settings.required.is_empty() {
        true => "none".to_owned(),
        false => settings.required.iter().map(Slot::title).collect::<Vec<_>>().join(", "),
    };
    let told = |settings: &WorkspaceSettings| {
        [
            ("name", settings.name.clone()),
            ("country", country(settings)),
            ("required fields", required(settings)),
            ("duplicates", format!("{:?}", settings.duplicates).to_lowercase()),
            (
                "match",
                crate::import::run::to_json(&settings.matching)
                    .trim_matches('"')
                    .to_owned(),
            ),
            ("trash", format!("{} days", settings.trash_days)),
            ("undo", format!("{} days", settings.log_days)),
            ("imports being prepared", settings.drafts_each.to_string()),
            ("files of a member", format!("{} GiB", settings.member_gib)),
            ("files of the workspace", format!("{} GiB", settings.workspace_gib)),
        ]
    };
    let both = told(before).into_iter().zip(told(after));
    both.filter(|(before, after)| before != after)
        .map(|((what, before), (_, after))| format!("{what}: {before} → {after}"))
        .collect()
}

/// Slots are stored as their texts. One that no program knows any more is not asked for.
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
