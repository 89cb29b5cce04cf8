//! The errors of the application: one closed list with a stable code for each case. `web` maps the codes to HTTP
//! statuses and `cli` to exit codes, in one place each.

use crate::storage::ObjectsError;
use exchange::mapping::MappingError;
use exchange::open::OpenError;
use model::{ContactId, RuleBroken, Version};
use std::io;
use std::path::{Path, PathBuf};
use store::ImportId;

/// An error of the application.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read, or is not a table.
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
        /// What was attempted.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Reading the file failed before its end.
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
        /// The state of the import.
        state: &'static str,
    },
    /// The import has already been undone.
    #[error("import {0} was undone already")]
    AlreadyUndone(ImportId),
    /// The rejected rows would overwrite the file that they come from.
    #[error("the rejected rows would overwrite {}, the file that is imported; name another one", .0.display())]
    RejectedOverInput(PathBuf),
    /// The object store failed.
    #[error(transparent)]
    Objects(ObjectsError),
    /// The file of an import that is to be resumed is missing.
    #[error(
        "the file of import {import} is not in {location}; processes that share a database must share their uploads. If it is lost, undo the import"
    )]
    UploadMissing {
        import: ImportId,
        /// Where the file was expected.
        location: String,
    },
    /// Kept rejected rows are missing.
    #[error(
        "the rejected rows of import {import} are not all in {location} ({found} of {expected} bytes); processes that share a database must share their objects"
    )]
    RejectedRowsMissing {
        import: ImportId,
        /// Where they were expected.
        location: String,
        /// Bytes that were found.
        found: u64,
        /// Bytes that were written.
        expected: u64,
    },
    /// The rejected rows were deleted when their import was undone.
    #[error("import {0} was undone, and its rejected rows went with it")]
    RejectedRowsUndone(ImportId),
    /// The contact does not exist, or the member may not see it.
    #[error("there is no contact {0}")]
    NoContact(ContactId),
    /// The member may see the object of the request, but has no right to this operation.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The contact was changed after the member had read it.
    #[error("contact {contact} was changed by another member; look at it again and repeat your change")]
    VersionConflict {
        contact: ContactId,
        /// The current version of the contact.
        version: Version,
    },
    /// The contact has no name, company, email or phone to recognise it by.
    #[error("a contact needs a name, a company, an email or a phone; fill one of them")]
    NoIdentity,
    /// The member's trash does not contain the contact.
    #[error("contact {0} is not in the trash")]
    NotInTrash(ContactId),
    /// The contact cannot be restored, because a contact with its id exists.
    #[error("contact {0} is in the directory again, so the one in the trash cannot be restored")]
    IdTaken(ContactId),
    /// The action does not exist, is not the member's, or is too old.
    #[error("there is nothing of that kind to undo; it may be too long ago")]
    NoAction(i64),
    /// The action has already been undone.
    #[error("this was undone already")]
    ActionUndone,
    /// The saved view does not exist, or the member may not use it.
    #[error("there is no view {0}; it may have been deleted")]
    NoView(i64),
    /// The saved view is not valid.
    #[error("{0}")]
    BadView(&'static str),
    /// The tag is not valid.
    #[error("{0}")]
    BadTag(&'static str),
    /// Another process has taken over the import, because this process seemed to be dead.
    #[error("import {0} was taken over by another process; this one has stopped writing")]
    TakenOver(ImportId),
    /// There is no database to copy.
    #[error("there is no database at {}", .0.display())]
    NoDatabase(PathBuf),
    /// Source and target of a copy are the same database.
    #[error("{0} is where the copy comes from and where it goes to; name another database")]
    CopyToItself(String),
    /// The stored settings of an import cannot be read.
    #[error("import {0} was written by another version of the program and cannot be read")]
    UnreadablePlan(ImportId),
    /// There is already an account, so no first account can be created.
    #[error("this installation is set up already; sign in")]
    AlreadySetUp,
    /// A field of an account's form is not valid.
    #[error("{message}")]
    AccountField {
        /// The field.
        field: AccountField,
        /// What is wrong and how to fix it.
        message: &'static str,
    },
    /// The account does not exist or the password is wrong; the message does not say which.
    #[error("email or password are not right")]
    WrongPassword,
    /// The code of the second factor is wrong, was used before, or has expired; the message does not say which.
    #[error("this code is not right; wait for the next one of your authenticator app, or use a recovery code")]
    WrongCode,
    /// The second factor came too long after the password.
    #[error("this took too long; sign in again")]
    SignInAgain,
    /// The member has no second factor, or none in setup.
    #[error("there is no second factor to do this with; set one up first")]
    NoSecondFactor,
    /// Too many failed attempts; the caller must wait.
    #[error("too many tries; try again in {minutes} {}", if *minutes == 1 { "minute" } else { "minutes" })]
    TooManyTries { minutes: u64 },
    /// Values sent for a contact cannot be parsed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Values(Vec<ValueProblem>),
    /// Operations of a batch are not possible, so none was executed. Each entry holds the index of an operation, from
    /// 0, and its error.
    #[error("nothing was done: {}", .0.iter().map(|(at, error)| format!("operation {at}: {error}")).collect::<Vec<_>>().join("; "))]
    Batch(Vec<(usize, Error)>),
    /// A request contains too many items.
    #[error("at most {most} {what} are taken at once; send them in parts")]
    TooMany {
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// Several contacts have the email that was to identify one.
    #[error("{} contacts have the email {email}; name the one that is meant by its id", contacts.len())]
    SeveralContacts {
        email: String,
        /// The contacts with this email.
        contacts: Vec<ContactId>,
    },
    /// Changes since the requested position are no longer kept.
    #[error("what was changed since then is not kept any more; read all contacts, and follow the changes from now on")]
    ChangesGone,
    /// The token does not exist, or is not the member's.
    #[error("there is no such token; it may have been revoked")]
    NoToken,
    /// The draft was changed after the program had read it.
    #[error("import {0} was changed since it was read; read it again and repeat your change")]
    DraftChanged(ImportId),
    /// The webhook does not exist, or is not the member's.
    #[error("there is no such webhook; it may have been deleted")]
    NoWebhook,
    /// The log of the webhook does not contain the delivery.
    #[error("there is no such delivery; the log is kept for 30 days")]
    NoDelivery,
    /// The webhook is not active, so nothing is sent to it.
    #[error("nothing is sent to this webhook, because it is not active; activate it first")]
    WebhookStopped,
    /// A request with this idempotency key is running.
    #[error("a request with this idempotency key is running; wait for its answer, or ask again in a moment")]
    KeyRunning,
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request; use a new key for each request")]
    KeyReused,
    /// The member does not exist, or is not active.
    #[error("there is no such member")]
    NoMember,
    /// There is no account yet, so no member can be invited.
    #[error("there is no account yet: create the first one in the browser")]
    NotSetUp,
    /// The workspace would have no owner.
    #[error("this is the last owner of the workspace; make another member an owner first")]
    LastOwner,
    /// The link was used, has expired, was revoked, or never existed; the message does not say which.
    #[error("this link is not valid any more; ask whoever sent it for another one")]
    LinkGone,
    /// Hashing a password failed.
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
    /// A second factor could not be created or read.
    #[error("the second factor cannot be used: {0}")]
    SecondFactor(String),
    /// The filter cannot be parsed.
    #[error("the filter is not understood: {0}")]
    Filter(String),
    /// The uploaded file is larger than allowed.
    #[error("the file is larger than {} MB, which is the most that is taken here; split it into parts", limit / 1_000_000)]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The import was started or deleted, so it can no longer be prepared.
    #[error("import {import} is {state}; it is not being prepared any more")]
    NotADraft {
        import: ImportId,
        /// The state of the import.
        state: &'static str,
    },
    /// The import was not started, so it cannot be stopped, undone or corrected.
    #[error("import {0} is a draft; start it first, or delete it")]
    StillADraft(ImportId),
    /// The rows of the import are no longer kept.
    #[error("the rows of import {0} are not kept any more; its numbers and its rejected rows are")]
    RowsGone(ImportId),
    /// A custom field is not valid.
    #[error("{0}")]
    Field(String),
    /// The custom field does not exist, and the member may not create it.
    #[error("there is no field “{0}” here; ask an admin to add it")]
    UnknownField(String),
    /// The contact breaks rules of the workspace.
    #[error("{}", .0.iter().map(|broken| broken.what.as_str()).collect::<Vec<_>>().join("; "))]
    Rules(Vec<RuleBroken>),
    /// A setting is not valid.
    #[error("{0}")]
    Settings(String),
    /// The change log of the import is no longer kept.
    #[error("import {import} cannot be undone any more: what was there before is kept for {days} days")]
    LogGone {
        import: ImportId,
        /// How many days it is kept.
        days: u32,
    },
    /// The member has started as many downloads as are allowed and has not fetched them yet.
    #[error(
        "{most} of your exports are still being downloaded; wait until one of them has ended, or cancel it, and try again"
    )]
    ManyDownloads {
        /// The limit for one member.
        most: usize,
    },
    /// Too many exports of other members are running.
    #[error("many exports are running at this moment; try again in a minute")]
    ExportsBusy,
    /// The member or the workspace has reached the limit of uploaded files.
    #[error("{0}")]
    Quota(String),
    /// The disk is full.
    #[error("the disk is full; make room on it, and try again")]
    DiskFull,
    /// An internal error; the details are in the log.
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

/// Whether an I/O error means that the disk or a quota is full.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Error {
    /// Wraps an error in reading the input or in copying it to a temporary file.
    pub(crate) fn reading(source: io::Error) -> Self {
        match is_full(&source) {
            true => Self::DiskFull,
            false => Self::Read(source),
        }
    }

    /// Wraps an error in reading or writing a file of the program.
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

    /// Whether the database was busy for too long, so that a retry may succeed.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Store(store::Error::Busy))
    }

    /// Whether the error shows that the database is damaged.
    pub fn tells_damage(&self) -> bool {
        let Self::Store(error) = self else { return false };
        matches!(error, store::Error::Corrupt(_) | store::Error::NotADatabase { .. })
    }

    /// The message for a member who does not run the server: without paths on the machine.
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

    /// The stable code of the error.
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
            Self::VersionConflict { .. } => "changed_meanwhile",
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

/// An invalid value in a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {what}")]
pub struct ValueProblem {
    /// The position of the value: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong and how to fix it.
    pub what: String,
}

/// A field of an account's form.
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
