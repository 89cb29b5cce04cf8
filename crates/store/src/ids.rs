//! Numeric ids of workspaces, members and imports, as newtypes, and the id of the run that writes contacts.

use std::fmt;

/// The number of a workspace. It is the first column of every key of every table with data of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workspace(pub i64);

/// The number of a member within its workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(pub i64);

/// The number of an import within its workspace, which users see and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId(pub i64);

/// The run that writes contacts from a file. Contacts in the directory only name imports: contacts that a preview makes
/// are never stored there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunId {
    Preview,
    Import(ImportId),
}

impl RunId {
    /// The stored number of a preview; the numbers of imports begin at 1.
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

    /// Returns the import; `None` for a preview.
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
