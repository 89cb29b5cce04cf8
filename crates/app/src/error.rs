//! The one closed list of what can go wrong, with a stable code for each case. Doors turn codes into exit codes and
//! statuses, in one place each.

use crate::storage::ObjectsError;
use exchange::mapping::MappingError;
use exchange::open::OpenError;
use model::{ContactId, RuleBroken, Version};
use std::io;
use std::path::{Path, PathBuf};
use store::ImportId;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read, or is no table.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The mapping does not fit the file.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The database failed.
    #[error(transparent)]
    Store(store::Error),
    /// A file of ours could not be read or written.
    #[error("{doing} {} failed: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Reading the file ended in the middle.
    #[error("the file could not be read to its end: {0}")]
    Read(io::Error),
    /// There is no such import.
    #[error("there is no import {0}")]
    NoImport(ImportId),
    /// Another process runs this import.
    #[error("import {0} is being run by another process")]
    ImportRuns(ImportId),
    /// The import cannot be resumed.
    #[error("import {import} is {state}; there is nothing to go on with")]
    NotResumable {
        import: ImportId,
        /// What it is.
        state: &'static str,
    },
    /// The import was undone already.
    #[error("import {0} was undone already")]
    AlreadyUndone(ImportId),
    /// The rejected rows would be written over the file that they come from.
    #[error("the rejected rows would overwrite {}, the file that is imported; name another one", .0.display())]
    RejectedOverInput(PathBuf),
    /// The object store failed.
    #[error(transparent)]
    Objects(ObjectsError),
    /// The file of an import that is to go on is gone.
    #[error(
        "the file of import {import} is not in {location}; processes that share a database must share their uploads. If it is lost, undo the import"
    )]
    UploadMissing {
        import: ImportId,
        /// Where its file was looked for.
        location: String,
    },
    /// Rejected rows that were kept are gone.
    #[error(
        "the rejected rows of import {import} are not all in {location} ({found} of {expected} bytes); processes that share a database must share their objects"
    )]
    RejectedRowsMissing {
        import: ImportId,
        /// Where they were looked for.
        location: String,
        /// Bytes that are there.
        found: u64,
        /// Bytes that were written.
        expected: u64,
    },
    /// Rejected rows went with their import.
    #[error("import {0} was undone, and its rejected rows went with it")]
    RejectedRowsUndone(ImportId),
    /// There is no such contact, or none that the member may see.
    #[error("there is no contact {0}")]
    NoContact(ContactId),
    /// The member may see what this is about, but not do this with it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The contact was changed since the member has seen it.
    #[error("contact {contact} was changed by another member; look at it again and repeat your change")]
    ChangedMeanwhile {
        contact: ContactId,
        /// The version it has now.
        version: Version,
    },
    /// There is nothing to know the contact by.
    #[error("a contact needs a name, a company, an email or a phone; fill one of them")]
    NoIdentity,
    /// There is no such contact in the member's trash.
    #[error("contact {0} is not in the trash")]
    NotInTrash(ContactId),
    /// The contact cannot be restored, because it is there.
    #[error("contact {0} is in the directory again, so the one in the trash cannot be restored")]
    IdTaken(ContactId),
    /// There is no such action, or none of the member's; it may be too long ago.
    #[error("there is nothing of that kind to undo; it may be too long ago")]
    NoAction(i64),
    /// The action was undone before.
    #[error("this was undone already")]
    ActionUndone,
    /// There is no such view, or none that the member may use.
    #[error("there is no view {0}; it may have been deleted")]
    NoView(i64),
    /// A view that cannot be saved like that.
    #[error("{0}")]
    BadView(&'static str),
    /// A tag that is none.
    #[error("{0}")]
    BadTag(&'static str),
    /// Another process has taken the import over, because this one was taken for dead.
    #[error("import {0} was taken over by another process; this one has stopped writing")]
    TakenOver(ImportId),
    /// There is no database to copy.
    #[error("there is no database at {}", .0.display())]
    NoDatabase(PathBuf),
    /// A copy goes where it comes from.
    #[error("{0} is where the copy comes from and where it goes to; name another database")]
    CopyToItself(String),
    /// What is stored of an import cannot be read.
    #[error("import {0} was written by another version of the program and cannot be read")]
    UnreadablePlan(ImportId),
    /// There is an account, so there is no first one to be made.
    #[error("this installation is set up already; sign in")]
    AlreadySetUp,
    /// Something of an account does not fit.
    #[error("{message}")]
    AccountField {
        /// What does not fit.
        field: AccountField,
        /// What is wrong and what to do.
        message: &'static str,
    },
    /// There is no such account, or the password is wrong; the message does not say which.
    #[error("email or password are not right")]
    WrongPassword,
    /// The code of the second factor is wrong, was used before, or is too old; the message does not say which.
    #[error("this code is not right; wait for the next one of your authenticator app, or use a recovery code")]
    WrongCode,
    /// The password was given too long ago for its code to be taken.
    #[error("this took too long; sign in again")]
    SignInAgain,
    /// There is no second factor, or none that is being set up.
    #[error("there is no second factor to do this with; set one up first")]
    NoSecondFactor,
    /// Somebody must wait.
    #[error("too many tries; try again in {minutes} {}", if *minutes == 1 { "minute" } else { "minutes" })]
    TooManyTries { minutes: u64 },
    /// Values of a contact that were sent cannot be read.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Values(Vec<ValueProblem>),
    /// Operations of a batch cannot be done, so none was: which, from 0, and why.
    #[error("nothing was done: {}", .0.iter().map(|(at, error)| format!("operation {at}: {error}")).collect::<Vec<_>>().join("; "))]
    Batch(Vec<(usize, Error)>),
    /// More was sent at once than is taken.
    #[error("at most {most} {what} are taken at once; send them in parts")]
    TooMany {
        what: &'static str,
        /// How many are taken.
        most: usize,
    },
    /// Several contacts have the email by which one was named.
    #[error("{} contacts have the email {email}; name the one that is meant by its id", contacts.len())]
    SeveralContacts {
        email: String,
        /// Which.
        contacts: Vec<ContactId>,
    },
    /// What was changed since a moment is not known any more.
    #[error("what was changed since then is not kept any more; read all contacts, and follow the changes from now on")]
    ChangesGone,
    /// There is no such token, or none of the member's.
    #[error("there is no such token; it may have been revoked")]
    NoToken,
    /// A draft is not as the program has seen it.
    #[error("import {0} was changed since it was read; read it again and repeat your change")]
    DraftChanged(ImportId),
    /// There is no such webhook, or none of the member's.
    #[error("there is no such webhook; it may have been deleted")]
    NoWebhook,
    /// There is no such delivery in the log of a webhook.
    #[error("there is no such delivery; the log is kept for 30 days")]
    NoDelivery,
    /// Nothing is sent to a webhook.
    #[error("nothing is sent to this webhook, because it is not active; activate it first")]
    WebhookStopped,
    /// A request with this idempotency key is running.
    #[error("a request with this idempotency key is running; wait for its answer, or ask again in a moment")]
    KeyRunning,
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request; use a new key for each request")]
    KeyReused,
    /// There is no such member, or none who is active.
    #[error("there is no such member")]
    NoMember,
    /// Nobody has an account yet, so nobody can be invited.
    #[error("there is no account yet: create the first one in the browser")]
    NotSetUp,
    /// No owner would be left.
    #[error("this is the last owner of the workspace; make another member an owner first")]
    LastOwner,
    /// A link was used, has expired, was revoked, or never existed; the message does not say which.
    #[error("this link is not valid any more; ask whoever sent it for another one")]
    LinkGone,
    /// A password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
    /// A second factor could not be made or read.
    #[error("the second factor cannot be used: {0}")]
    SecondFactor(String),
    /// A filter that cannot be understood.
    #[error("the filter is not understood: {0}")]
    Filter(String),
    /// An uploaded file is larger than is taken.
    #[error("the file is larger than {} MB, which is the most that is taken here; split it into parts", limit / 1_000_000)]
    TooLarge {
        /// How many bytes are taken.
        limit: u64,
    },
    /// The import was started or dropped, so it cannot be prepared any more.
    #[error("import {import} is {state}; it is not being prepared any more")]
    NotADraft {
        import: ImportId,
        /// What it is.
        state: &'static str,
    },
    /// The import was not started, so there is nothing to stop, to undo or to correct.
    #[error("import {0} is a draft; start it first, or delete it")]
    StillADraft(ImportId),
    /// The rows of an import cannot be shown.
    #[error("the rows of import {0} are not kept any more; its numbers and its rejected rows are")]
    RowsGone(ImportId),
    /// Something about a custom field does not fit.
    #[error("{0}")]
    Field(String),
    /// There is no such custom field, and the member may not make one.
    #[error("there is no field “{0}” here; ask an admin to add it")]
    UnknownField(String),
    /// What was entered of a contact is not what the workspace asks for.
    #[error("{}", .0.iter().map(|broken| broken.what.as_str()).collect::<Vec<_>>().join("; "))]
    Rules(Vec<RuleBroken>),
    /// Something cannot be set so.
    #[error("{0}")]
    Settings(String),
    /// The change log of an import is not kept any more.
    #[error("import {import} cannot be undone any more: what was there before is kept for {days} days")]
    LogGone {
        import: ImportId,
        /// For how long it is kept.
        days: u32,
    },
    /// The member has begun as many downloads as are allowed and has not fetched them.
    #[error(
        "{most} of your exports are still being downloaded; wait until one of them has ended, or cancel it, and try again"
    )]
    ManyDownloads {
        /// How many a member may have at once.
        most: usize,
    },
    /// Exports of others are being computed.
    #[error("many exports are running at this moment; try again in a minute")]
    ExportsBusy,
    /// The member, or the workspace, has as many uploaded files as are allowed.
    #[error("{0}")]
    Quota(String),
    /// There is no room on the disk.
    #[error("the disk is full; make room on it, and try again")]
    DiskFull,
    /// The program is at fault.
    #[error("the program could not do this; its log says why")]
    Broken,
    /// No column of the file fills any field.
    #[error("no column of the file was recognised, so there is nothing to import; say which column is what (the file has: {})", .0.join(", "))]
    NothingMapped(Vec<String>),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Full { .. } => Self::DiskFull,
            error => Self::Store(error),
        }
    }
}

impl From<ObjectsError> for Error {
    fn from(error: ObjectsError) -> Self {
        match error {
            ObjectsError::Full { .. } => Self::DiskFull,
            error => Self::Objects(error),
        }
    }
}

/// Whether an error of the operating system means that there is no room.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Error {
    /// Reading input failed, or writing it aside did.
    pub(crate) fn reading(source: io::Error) -> Self {
        match is_full(&source) {
            true => Self::DiskFull,
            false => Self::Read(source),
        }
    }

    /// A file of ours could not be read or written.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        if is_full(&source) {
            return Self::DiskFull;
        }
        Self::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    }

    /// Whether the database was busy for too long, so that trying again may help.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Store(store::Error::Busy))
    }

    /// Whether it tells that the database itself is damaged.
    pub fn tells_damage(&self) -> bool {
        let Self::Store(error) = self else { return false };
        matches!(error, store::Error::Corrupt(_) | store::Error::NotADatabase { .. })
    }

    /// What went wrong, for a member who is not the one that runs the program: without places on the machine.
    pub fn for_members(&self) -> String {
        match self {
            Self::Store(store::Error::Busy) => self.to_string(),
            Self::Store(_) | Self::Io { .. } | Self::Objects(_) | Self::Hashing(_) => Self::Broken.to_string(),
            Self::DiskFull => {
                "the server's disk is full, so nothing was saved; tell whoever runs the server, and try again \
                               when there is room"
                    .to_owned()
            }
            Self::UploadMissing { import, .. } => format!("the file of import {import} is not kept any more"),
            Self::RejectedRowsMissing { import, .. } => {
                format!("the rejected rows of import {import} are not all kept any more")
            }
            Self::Read(source) | Self::Open(OpenError::Io(source)) => {
                format!("the file could not be read to its end ({})", source.kind())
            }
            _ => self.to_string(),
        }
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Read(_) => "unreadable",
            Self::Mapping(_) => "mapping",
            Self::Store(store::Error::Busy) => "busy",
            Self::Store(store::Error::BackupExists { .. }) => "backup_exists",
            Self::Store(_) => "database",
            Self::Io { .. } => "file",
            Self::NoImport(_) => "no_such_import",
            Self::ImportRuns(_) => "import_runs",
            Self::NotResumable { .. } => "not_resumable",
            Self::AlreadyUndone(_) => "already_undone",
            Self::RejectedOverInput(_) => "rejected_over_input",
            Self::Objects(_) => "objects",
            Self::UploadMissing { .. } => "upload_missing",
            Self::RejectedRowsMissing { .. } => "rejected_rows_missing",
            Self::RejectedRowsUndone(_) => "rejected_rows_undone",
            Self::NoContact(_) => "no_such_contact",
            Self::Forbidden(_) => "forbidden",
            Self::ChangedMeanwhile { .. } => "changed_meanwhile",
            Self::NoIdentity => "no_identity",
            Self::NotInTrash(_) => "not_in_trash",
            Self::IdTaken(_) => "id_taken",
            Self::NoAction(_) => "no_such_action",
            Self::ActionUndone => "action_undone",
            Self::NoView(_) => "no_such_view",
            Self::BadView(_) => "bad_view",
            Self::BadTag(_) => "bad_tag",
            Self::TakenOver(_) => "taken_over",
            Self::NoDatabase(_) => "no_database",
            Self::CopyToItself(_) => "copy_to_itself",
            Self::UnreadablePlan(_) => "unreadable_plan",
            Self::AlreadySetUp => "already_set_up",
            Self::AccountField { .. } => "account_field",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::SignInAgain => "sign_in_again",
            Self::NoSecondFactor => "no_second_factor",
            Self::SecondFactor(_) => "second_factor",
            Self::TooManyTries { .. } => "too_many_tries",
            Self::Values(_) => "invalid_values",
            Self::Batch(_) => "batch",
            Self::TooMany { .. } => "too_many",
            Self::SeveralContacts { .. } => "several_contacts",
            Self::ChangesGone => "changes_gone",
            Self::NoToken => "no_such_token",
            Self::DraftChanged(_) => "draft_changed",
            Self::NoWebhook => "no_such_webhook",
            Self::NoDelivery => "no_such_delivery",
            Self::WebhookStopped => "webhook_stopped",
            Self::KeyRunning => "idempotency_key_running",
            Self::KeyReused => "idempotency_key_reused",
            Self::NoMember => "no_such_member",
            Self::NotSetUp => "not_set_up",
            Self::LastOwner => "last_owner",
            Self::LinkGone => "link_gone",
            Self::Hashing(_) => "hashing",
            Self::Filter(_) => "filter",
            Self::TooLarge { .. } => "too_large",
            Self::NotADraft { .. } => "not_a_draft",
            Self::StillADraft(_) => "still_a_draft",
            Self::RowsGone(_) => "rows_gone",
            Self::NothingMapped(_) => "nothing_mapped",
            Self::Field(_) => "field",
            Self::UnknownField(_) => "unknown_field",
            Self::Rules(_) => "rules",
            Self::Settings(_) => "settings",
            Self::LogGone { .. } => "log_gone",
            Self::ManyDownloads { .. } => "many_downloads",
            Self::ExportsBusy => "exports_busy",
            Self::Quota(_) => "quota",
            Self::DiskFull => "disk_full",
            Self::Broken => "broken",
        }
    }
}

/// What is wrong with a value that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {what}")]
pub struct ValueProblem {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong and what to do.
    pub what: String,
}

/// Which field of an account's form does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountField {
    /// The member's name.
    Name,
    Email,
    /// The password, or the new one.
    Password,
    /// The name of the workspace.
    WorkspaceName,
}
