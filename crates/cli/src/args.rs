//! The arguments of the command line, in the order of its help, and how they become requests.

use crate::arg_values::{
    BadValuesArg, ConflictsArg, DuplicatesArg, EmptyCells, FormatArg, MatchArg, OrderArg, ScopeArg, Unmapped, charset,
    database, delimiter, import_id, map, region, slot,
};
use crate::member_args::{ActingArgs, MemberArgs};
use crate::serve_args::ServeArgs;
use crate::token_args::TokenArgs;
use app::{BadValues, Charset, Conflicts, Duplicates, HeaderChoice, ImportId, ImportOptions, Match, Opening};
use clap::error::ErrorKind;
use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand};
use model::{Region, Slot};
use std::ffi::OsString;
use std::path::PathBuf;

/// Import and export contacts as CSV without data loss, with a preview that equals the result, undo and exact resume.
#[derive(Debug, Parser)]
#[command(name = "crystalqore", version, max_term_width = 110)]
pub struct Args {
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Args {
    /// Parses the arguments of this process.
    pub fn of_process() -> (PlaceArgs, Command) {
        let words: Vec<OsString> = std::env::args_os().collect();
        let args = Self::parse_from(&words);
        match args.command {
            Some(command) => (args.place, command),
            None => Self::without_command(words),
        }
    }

    /// Without a command, runs `serve`, with the settings that it reads from the environment.
    fn without_command(mut words: Vec<OsString>) -> (PlaceArgs, Command) {
        words.push("serve".into());
        let args = Self::parse_from(words);
        match args.command {
            Some(command) => (args.place, command),
            None => Self::command()
                .error(ErrorKind::MissingSubcommand, "say what to do")
                .exit(),
        }
    }
}

/// The location of the installation.
#[derive(Debug, ClapArgs)]
pub struct PlaceArgs {
    /// Folder of the database and the files being imported [default: the platform's data folder]
    #[arg(long, global = true, env = "CRYSTALQORE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where to keep the files being imported and the rejected rows: a folder, or s3://BUCKET/PREFIX with its settings
    /// in AWS_* variables [default: the data folder]
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_OBJECTS",
        hide_env_values = true,
        value_name = "DIR_OR_URL"
    )]
    pub objects: Option<String>,
    /// URL of a PostgreSQL database: postgres://USER:PASSWORD@HOST:PORT/DATABASE, with ?sslmode=verify-full for an
    /// encrypted and verified connection [default: SQLite in the data folder]. Other users of the machine can read
    /// command lines: pass a password in the environment variable
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_DATABASE",
        hide_env_values = true,
        value_parser = database,
        value_name = "URL"
    )]
    pub database: Option<String>,
    /// Maximum number of connections of this process to the database server
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_DATABASE_POOL",
        default_value_t = 8,
        value_parser = clap::value_parser!(u32).range(2..=1000),
        value_name = "N"
    )]
    pub database_pool: u32,
    /// Maximum duration of a statement on the database server, in seconds; 0 for no limit
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_DATABASE_TIMEOUT",
        default_value_t = 300,
        value_name = "SECONDS"
    )]
    pub database_timeout: u32,
}

/// The command to run.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the web pages and the HTTP API until Ctrl-C; this is the default command
    Serve(ServeArgs),
    /// Inspect a file: show its format, the mapping of its columns and its invalid rows. Changes nothing.
    Inspect(InspectArgs),
    /// Import contacts from a CSV file, a vCard file or a workbook (.xlsx, .xls, .ods), also in a ZIP archive or gzip file
    Import(ImportArgs),
    /// List all imports with their counts and states
    Imports(ImportsArgs),
    /// Resume interrupted imports; it is not an error if there are none
    Resume(ResumeArgs),
    /// Write the rejected rows of an import with their reasons; once corrected, they can be imported as they are
    Rejected(RejectedArgs),
    /// Undo an import: remove the contacts that it created and restore the old values of those that it changed
    Undo(UndoArgs),
    /// Export contacts to a file or to standard output
    Export(ExportArgs),
    /// List groups of possible duplicates, with reasons and a confidence for each pair. Changes nothing.
    Duplicates(DuplicatesArgs),
    /// Add, list and remove members
    Member(MemberArgs),
    /// Create, list and revoke tokens for the HTTP API
    Token(TokenArgs),
    /// Print a sample CSV file that shows the fields
    Sample,
    /// Back up the database to one file while it remains in use (SQLite)
    Backup(BackupArgs),
    /// Restore a backup while the database remains in use; its previous content is kept in a separate file (SQLite)
    Restore(RestoreArgs),
    /// Copy a whole database to another one, such as from SQLite to PostgreSQL, and compare both
    Copy(CopyArgs),
    /// Check the database, the files and the clock, and suggest fixes for problems. Changes nothing.
    Doctor(DoctorArgs),
}

/// How a file is opened and mapped.
#[derive(Debug, ClapArgs)]
pub struct OpeningArgs {
    /// Country of phone numbers without a country code, as a two-letter code (US, DE, ...)
    #[arg(long, env = "CRYSTALQORE_REGION", value_parser = region, value_name = "COUNTRY")]
    pub region: Option<Region>,
    /// Map a column to a field; an empty FIELD ignores the column. A column can be given by number: '#3=email'
    #[arg(long = "map", value_parser = map, value_name = "COLUMN=FIELD")]
    pub maps: Vec<(String, String)>,
    /// Read the mapping from a JSON file: {"COLUMN": "FIELD", ...}, or the output of inspect --json
    #[arg(long, env = "CRYSTALQORE_MAPPING", value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// What to do with columns that match no field: ignore them, or keep them as custom fields
    #[arg(long, env = "CRYSTALQORE_UNMAPPED", value_enum, default_value_t)]
    pub unmapped: Unmapped,
    /// Encoding of the file (utf-8, windows-1252, ...), instead of detecting it
    #[arg(long, env = "CRYSTALQORE_ENCODING", value_parser = charset, value_name = "NAME")]
    pub encoding: Option<Charset>,
    /// Delimiter of the file (, ; | or tab), instead of detecting it
    #[arg(long, env = "CRYSTALQORE_DELIMITER", value_parser = delimiter, value_name = "CHAR")]
    pub delimiter: Option<u8>,
    /// Sheet of a workbook, instead of the first visible one with values
    #[arg(long, env = "CRYSTALQORE_SHEET", value_name = "NAME")]
    pub sheet: Option<String>,
    /// What to do with a value that cannot be read: reject its row, or leave the value out and import the rest
    #[arg(long, env = "CRYSTALQORE_BAD_VALUES", value_enum, default_value_t)]
    pub bad_values: BadValuesArg,
}

#[derive(Debug, ClapArgs)]
pub struct InspectArgs {
    /// File to inspect; - for standard input
    pub file: PathBuf,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    /// Print the records as they are read, before mapping
    #[arg(long, env = "CRYSTALQORE_RAW")]
    pub raw: bool,
    /// Print at most N rows
    #[arg(long, env = "CRYSTALQORE_LIMIT", value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub opening: OpeningArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// File to import; - for standard input
    pub file: PathBuf,
    /// What to do with a row that matches a contact: skip the row, update the contact, fill its empty fields, or create
    /// another contact [default: the setting of the workspace, initially skip]
    #[arg(long, env = "CRYSTALQORE_DUPLICATES", value_enum)]
    pub duplicates: Option<DuplicatesArg>,
    /// What counts as a match [default: the setting of the workspace, initially email-or-phone]
    #[arg(long = "match", env = "CRYSTALQORE_MATCH", value_enum)]
    pub matching: Option<MatchArg>,
    /// What to do with a row whose contact was changed here after the row was exported
    #[arg(long, env = "CRYSTALQORE_CONFLICTS", value_enum, default_value_t)]
    pub conflicts: ConflictsArg,
    /// What to do with an empty cell when updating: keep the contact's value, or clear it
    #[arg(long, env = "CRYSTALQORE_EMPTY_CELLS", value_enum, default_value_t)]
    pub empty_cells: EmptyCells,
    /// When updating, replace the emails, phones, addresses, websites and tags of the contact with those of the row,
    /// instead of adding them. Rows of a CrystalQore export always replace them
    #[arg(long, env = "CRYSTALQORE_REPLACE_LISTS")]
    pub replace_lists: bool,
    /// Report what would happen, without importing; the counts equal those of the import
    #[arg(long, env = "CRYSTALQORE_DRY_RUN")]
    pub dry_run: bool,
    /// Write the rejected rows with their reasons to this file; once corrected, it can be imported as it is
    #[arg(long, env = "CRYSTALQORE_REJECTED", value_name = "FILE")]
    pub rejected: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub opening: OpeningArgs,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ImportsArgs {
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct DuplicatesArgs {
    /// List only pairs with at least this confidence, from 0 to 100
    #[arg(long, env = "CRYSTALQORE_LEAST", value_parser = clap::value_parser!(u8).range(0..=100), value_name = "CONFIDENCE")]
    pub least: Option<u8>,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ResumeArgs {
    /// Number of the import to resume [default: all interrupted imports]
    #[arg(value_parser = import_id)]
    pub import: Option<ImportId>,
    /// Keep running and take over interrupted work of any process, until Ctrl-C; also keeps searches fast
    #[arg(long, env = "CRYSTALQORE_WATCH", conflicts_with = "import")]
    pub watch: bool,
    /// Print one JSON document; with --watch, one line of JSON per import
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct RejectedArgs {
    #[arg(value_parser = import_id)]
    pub import: ImportId,
    /// File to write; - for standard output, which is the default
    #[arg(short, long, env = "CRYSTALQORE_OUTPUT", value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct UndoArgs {
    #[arg(value_parser = import_id)]
    pub import: ImportId,
    /// Report what would happen, without undoing the import
    #[arg(long, env = "CRYSTALQORE_DRY_RUN")]
    pub dry_run: bool,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    #[arg(long, env = "CRYSTALQORE_SCOPE", value_enum, default_value_t)]
    pub scope: ScopeArg,
    /// Export only contacts that match: words, tag:vip, company:acme, city:bonn, country:DE, import:3, has:email,
    /// no:phone, field:Name=value
    #[arg(long, env = "CRYSTALQORE_FILTER", default_value = "", value_name = "QUERY")]
    pub filter: String,
    /// Format of the export
    #[arg(long, env = "CRYSTALQORE_FORMAT", value_enum, default_value_t)]
    pub format: FormatArg,
    /// Order of the contacts
    #[arg(long, env = "CRYSTALQORE_ORDER", value_enum, default_value_t)]
    pub order: OrderArg,
    /// Export only these fields (CSV and xlsx), such as first_name,email,phone:mobile; id and version are always written
    #[arg(long, env = "CRYSTALQORE_COLUMNS", value_delimiter = ',', value_parser = slot, value_name = "FIELD,...")]
    pub columns: Vec<Slot>,
    /// Delimiter (CSV): , ; | or tab
    #[arg(long, env = "CRYSTALQORE_EXPORT_DELIMITER", default_value = ",", value_parser = delimiter, value_name = "CHAR")]
    pub delimiter: u8,
    /// Omit the byte order mark by which Excel recognises UTF-8 (CSV)
    #[arg(long, env = "CRYSTALQORE_NO_BOM")]
    pub no_bom: bool,
    /// File to write; - for standard output, which is the default
    #[arg(short, long, env = "CRYSTALQORE_OUTPUT", value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct BackupArgs {
    /// File to write
    pub file: PathBuf,
    /// Replace an existing backup of that name, once the new one is complete
    #[arg(long, env = "CRYSTALQORE_FORCE")]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub struct RestoreArgs {
    pub file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct CopyArgs {
    /// Source: postgres://..., a database file, or a data folder
    #[arg(long, env = "CRYSTALQORE_FROM", hide_env_values = true, value_name = "URL_OR_DIR")]
    pub from: String,
    /// Target, in the same forms; it must be empty, or contain an unfinished copy of the same source
    #[arg(long, env = "CRYSTALQORE_TO", hide_env_values = true, value_name = "URL_OR_DIR")]
    pub to: String,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct DoctorArgs {
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
}

impl OpeningArgs {
    /// Returns the user's choices for opening the file. `from_file` are the choices of the mapping file; those of the
    /// command line follow and take precedence.
    pub fn opening(&self, mut from_file: Vec<(String, String)>) -> Opening {
        from_file.extend(self.maps.iter().cloned());
        Opening {
            charset: self.encoding,
            delimiter: self.delimiter,
            header: HeaderChoice::Auto,
            date_order: None,
            choices: from_file,
            keep_unmapped: matches!(self.unmapped, Unmapped::Custom),
            region: self.region,
            fallback_region: Some(crate::system::country()),
            bad_values: match self.bad_values {
                BadValuesArg::Reject => BadValues::Reject,
                BadValuesArg::LeaveOut => BadValues::LeaveOut,
            },
            sheet: self.sheet.clone(),
            ..Opening::default()
        }
    }
}

impl ImportArgs {
    /// Returns what to do with rows; `defaults` apply where no option was given.
    pub fn options(&self, defaults: ImportOptions) -> ImportOptions {
        ImportOptions {
            duplicates: self
                .duplicates
                .map_or(defaults.duplicates, |duplicates| match duplicates {
                    DuplicatesArg::Skip => Duplicates::Skip,
                    DuplicatesArg::Update => Duplicates::Update,
                    DuplicatesArg::Fill => Duplicates::Fill,
                    DuplicatesArg::Create => Duplicates::Create,
                }),
            matching: self.matching.map_or(defaults.matching, |matching| match matching {
                MatchArg::Email => Match::Email,
                MatchArg::Phone => Match::Phone,
                MatchArg::EmailOrPhone => Match::EmailOrPhone,
                MatchArg::EmailOrPhoneAndName => Match::EmailOrPhoneAndName,
            }),
            conflicts: match self.conflicts {
                ConflictsArg::Skip => Conflicts::Skip,
                ConflictsArg::Overwrite => Conflicts::Overwrite,
            },
            empty_cells_clear: matches!(self.empty_cells, EmptyCells::Clear),
            replace_lists: self.replace_lists,
        }
    }
}
