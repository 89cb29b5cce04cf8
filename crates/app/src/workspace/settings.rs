//! The settings of a workspace: its country, which fields its contacts need, the defaults of imports, and how long data
//! is kept.
//!
//! Decides the limits of the settings and who may change them.

use crate::App;
use crate::access::Actor;
use crate::access::admin;
use crate::audit::AuditAction;
use crate::error::Error;
use crate::import_options::{Duplicates, ImportOptions, Match};
use crate::workspace::custom_fields::{defined, fields_to_require};
use crate::workspace::stored::{Stored, stored_settings};
use model::{Region, Slot, clean};
use store::Tx;
use store::members::accounts;
use store::workspace::{settings, workspaces};

/// The maximum number of days that data can be kept: ten years.
pub const MOST_DAYS: u32 = 3650;
/// The maximum of `drafts_each`.
pub const MOST_DRAFTS: u32 = 10_000;
/// The maximum size of uploaded files, in GiB: a pebibyte.
pub const MOST_GIB: u32 = 1 << 20;
/// The maximum length of a workspace's name, in characters.
const MOST_LETTERS: usize = 100;

/// The settings of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSettings {
    /// The name of the workspace.
    pub name: String,
    /// The country of phone numbers without a country code, if nothing else indicates it.
    pub country: Option<Region>,
    /// The slots that every contact must fill, beyond a name, company, email or phone.
    pub required: Vec<Slot>,
    /// What new imports do with duplicates by default.
    pub duplicates: Duplicates,
    /// What counts as a match in new imports by default.
    pub matching: Match,
    /// How many days deleted contacts can be restored.
    pub trash_days: u32,
    /// How many days imports and bulk actions can be undone.
    pub log_days: u32,
    /// How many imports each member may prepare without starting them.
    pub drafts_each: u32,
    /// The maximum size of each member's uploaded files, in GiB.
    pub member_gib: u32,
    /// The maximum size of all members' uploaded files, in GiB.
    pub workspace_gib: u32,
}

impl App {
    /// Returns the settings of the workspace.
    pub fn settings(&self, actor: Actor) -> Result<WorkspaceSettings, Error> {
        self.store.read(|tx| whole(tx, actor))
    }

    /// Returns the default options of a new import.
    pub fn import_defaults(&self, actor: Actor) -> Result<ImportOptions, Error> {
        let stored = self.store.read(|tx| stored_settings(tx, actor.workspace))?;
        Ok(stored.options())
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Settings`] for an invalid value.
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
            settings::put(tx, actor.workspace, &crate::json::to_json(&stored))?;
            Ok(self.audit(tx, actor, AuditAction::SettingsChanged, &changed.join("; "), 0)?)
        })
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

/// Describes the changed settings, for the audit log.
fn differences(before: &WorkspaceSettings, after: &WorkspaceSettings) -> Vec<String> {
    let country = |settings: &WorkspaceSettings| settings.country.map_or_else(|| "none".to_owned(), Region::code);
    let required = |settings: &WorkspaceSettings| match settings.required.is_empty() {
        true => "none".to_owned(),
        false => settings.required.iter().map(Slot::title).collect::<Vec<_>>().join(", "),
    };
    let described = |settings: &WorkspaceSettings| {
        [
            ("name", settings.name.clone()),
            ("country", country(settings)),
            ("required fields", required(settings)),
            ("duplicates", format!("{:?}", settings.duplicates).to_lowercase()),
            (
                "match",
                crate::json::to_json(&settings.matching).trim_matches('"').to_owned(),
            ),
            ("trash", format!("{} days", settings.trash_days)),
            ("undo", format!("{} days", settings.log_days)),
            ("imports being prepared", settings.drafts_each.to_string()),
            ("files of a member", format!("{} GiB", settings.member_gib)),
            ("files of the workspace", format!("{} GiB", settings.workspace_gib)),
        ]
    };
    let both = described(before).into_iter().zip(described(after));
    both.filter(|(before, after)| before != after)
        .map(|((what, before), (_, after))| format!("{what}: {before} → {after}"))
        .collect()
}
