//! The small numbers by which workspaces, members and imports are known, and the runs of imports.
//!
//! Owns the newtypes.

use std::fmt;

/// The number of a workspace. It leads every key of every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workspace(pub i64);

/// The number of a member within its workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(pub i64);

/// The number of an import within its workspace: what people see and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId(pub i64);

/// What writes contacts from a file. Contacts of the directory know imports only: what a preview makes is in no directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunId {
    Preview,
    Import(ImportId),
}

impl RunId {
    /// Stands for a preview in a database: the numbers of imports begin at 1.
    const PREVIEW: i64 = 0;

    pub(crate) fn from_stored(number: i64) -> Self {
        match number {
            Self::PREVIEW => Self::Preview,
            number => Self::Import(ImportId(number)),
        }
    }

    pub(crate) fn stored(self) -> i64 {
        match self {
            Self::Preview => Self::PREVIEW,
            Self::Import(import) => import.0,
        }
    }

    /// The import, unless it is a preview.
    pub fn import(self) -> Option<ImportId> {
        match self {
            Self::Preview => None,
            Self::Import(import) => Some(import),
        }
    }
}

impl From<ImportId> for RunId {
    fn from(import: ImportId) -> Self {
        Self::Import(import)
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
