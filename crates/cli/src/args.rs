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

/// Contacts in and out of CSV, with nothing lost on the way: a preview that equals the result, undo, exact resume.
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

/// Where the installation is.
#[derive(Debug, ClapArgs)]
pub struct PlaceArgs {
    /// The folder that holds the database and the files being imported [default: the platform's data folder]
    #[arg(long, global = true, env = "CRYSTALQORE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where the files being imported and rejected rows are kept: a folder, or s3://BUCKET/PREFIX with its settings in
    /// AWS_* variables [default: the data folder]
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_OBJECTS",
        hide_env_values = true,
        value_name = "DIR_OR_URL"
    )]
    pub objects: Option<String>,
    /// The PostgreSQL server that has the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE, with
    /// ?sslmode=verify-full for an encrypted and verified connection [default: SQLite in the data folder]. Other users of
    /// the machine can read a command line: set a password by the environment variable
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_DATABASE",
        hide_env_values = true,
        value_parser = database,
        value_name = "URL"
    )]
    pub database: Option<String>,
    /// How many connections to the server this process may have
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_DATABASE_POOL",
        default_value_t = 8,
        value_parser = clap::value_parser!(u32).range(2..=1000),
        value_name = "N"
    )]
    pub database_pool: u32,
    /// How long one statement on the server may take, in seconds; 0 for no limit
    #[arg(
        long,
        global = true,
        env = "CRYSTALQORE_DATABASE_TIMEOUT",
        default_value_t = 300,
        value_name = "SECONDS"
    )]
    pub database_timeout: u32,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the pages for a browser, until Ctrl-C; this is what happens without a command
    Serve(ServeArgs),
    /// Look at a file: how it is written, what each column becomes, which rows are bad. Reads only.
    Inspect(InspectArgs),
    /// Import contacts from a file: CSV, vCard, a workbook (.xlsx, .xls, .ods), or one of them in a ZIP archive or packed with gzip
    Import(ImportArgs),
    /// List all imports with their counts and states
    Imports(ImportsArgs),
    /// Go on with what was interrupted; nothing to do is no error
    Resume(ResumeArgs),
    /// Write the rows that an import did not take, with their reasons; corrected, they can be imported as they are
    Rejected(RejectedArgs),
    /// Take an import back: what it created goes, what it changed gets its old values
    Undo(UndoArgs),
    /// Write contacts to a file or to the terminal
    Export(ExportArgs),
    /// List groups of contacts that may be one, with reasons and how sure each pair is. Changes nothing.
    Duplicates(DuplicatesArgs),
    /// Add, list and remove members
    Member(MemberArgs),
    /// Create, list and revoke tokens for the HTTP API
    Token(TokenArgs),
    /// Print a sample CSV that shows the fields
    Sample,
    /// Write everything into one file, while others work on (SQLite)
    Backup(BackupArgs),
    /// Go back to a backup, while others work on; what was there is kept in a file beside (SQLite)
    Restore(RestoreArgs),
    /// Copy a whole installation to another database, such as from SQLite to PostgreSQL, and compare both
    Copy(CopyArgs),
    /// Look whether database, files and clock are as they should be, and say what to do if not. Changes nothing.
    Doctor(DoctorArgs),
}

/// How a file is opened and mapped.
#[derive(Debug, ClapArgs)]
pub struct OpeningArgs {
    /// Country of numbers without country code, as a two-letter code (US, DE, ...)
    #[arg(long, env = "CRYSTALQORE_REGION", value_parser = region, value_name = "COUNTRY")]
    pub region: Option<Region>,
    /// Fill a field from a column; an empty field leaves the column out. A column may be named by number: '#3=email'
    #[arg(long = "map", value_parser = map, value_name = "COLUMN=FIELD")]
    pub maps: Vec<(String, String)>,
    /// Read the mapping from a JSON file: {"COLUMN": "FIELD", ...}, or the output of inspect --json
    #[arg(long, env = "CRYSTALQORE_MAPPING", value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Columns that nothing is known of: leave them out, or keep them as custom fields
    #[arg(long, env = "CRYSTALQORE_UNMAPPED", value_enum, default_value_t)]
    pub unmapped: Unmapped,
    /// The file's encoding, instead of telling it from the file (utf-8, windows-1252, ...)
    #[arg(long, env = "CRYSTALQORE_ENCODING", value_parser = charset, value_name = "NAME")]
    pub encoding: Option<Charset>,
    /// The file's delimiter, instead of telling it from the file: a character, or tab
    #[arg(long, env = "CRYSTALQORE_DELIMITER", value_parser = delimiter, value_name = "CHAR")]
    pub delimiter: Option<u8>,
    /// The sheet of a workbook, instead of the first visible one with values
    #[arg(long, env = "CRYSTALQORE_SHEET", value_name = "NAME")]
    pub sheet: Option<String>,
    /// A value that cannot be read: reject its row, or leave the value out and import the rest
    #[arg(long, env = "CRYSTALQORE_BAD_VALUES", value_enum, default_value_t)]
    pub bad_values: BadValuesArg,
}

#[derive(Debug, ClapArgs)]
pub struct InspectArgs {
    /// The file; - for standard input
    pub file: PathBuf,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    /// Print the records as they are read, before mapping
    #[arg(long, env = "CRYSTALQORE_RAW")]
    pub raw: bool,
    /// Print at most this many rows
    #[arg(long, env = "CRYSTALQORE_LIMIT", value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub opening: OpeningArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// The file; - for standard input
    pub file: PathBuf,
    /// A row that matches a contact: pass over it, update the contact, fill its blanks, or create another one. Without it,
    /// what the settings of the workspace say, which is skip at first
    #[arg(long, env = "CRYSTALQORE_DUPLICATES", value_enum)]
    pub duplicates: Option<DuplicatesArg>,
    /// What counts as a match. Without it, what the settings of the workspace say, which is email-or-phone at first
    #[arg(long = "match", env = "CRYSTALQORE_MATCH", value_enum)]
    pub matching: Option<MatchArg>,
    /// A row whose contact was changed here since the row was exported
    #[arg(long, env = "CRYSTALQORE_CONFLICTS", value_enum, default_value_t)]
    pub conflicts: ConflictsArg,
    /// An empty cell when updating: keep the contact's value, or clear it
    #[arg(long, env = "CRYSTALQORE_EMPTY_CELLS", value_enum, default_value_t)]
    pub empty_cells: EmptyCells,
    /// When updating, put the emails, phones, addresses, websites and tags of a row in place of those of the contact, instead
    /// of adding them. Rows of our own export always do
    #[arg(long, env = "CRYSTALQORE_REPLACE_LISTS")]
    pub replace_lists: bool,
    /// Only say what would happen; the counts are those of the import
    #[arg(long, env = "CRYSTALQORE_DRY_RUN")]
    pub dry_run: bool,
    /// Write the rows that were not imported to this file, with their reasons; corrected, it can be imported as it is
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
    /// Only pairs that are at least so sure, from 0 to 100
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
    /// Which import; without it, every one that was interrupted
    #[arg(value_parser = import_id)]
    pub import: Option<ImportId>,
    /// Stay and take over whatever any process leaves behind, until Ctrl-C; also keeps searching fast
    #[arg(long, env = "CRYSTALQORE_WATCH", conflicts_with = "import")]
    pub watch: bool,
    /// Print one JSON document
    #[arg(long, env = "CRYSTALQORE_JSON")]
    pub json: bool,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct RejectedArgs {
    #[arg(value_parser = import_id)]
    pub import: ImportId,
    /// The file to write; without it, or with -, the terminal
    #[arg(short, long, env = "CRYSTALQORE_OUTPUT", value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct UndoArgs {
    #[arg(value_parser = import_id)]
    pub import: ImportId,
    /// Only say what would happen
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
    /// Only contacts that match: words, tag:vip, company:acme, city:bonn, country:DE, import:3, has:email, no:phone, field:Name=value
    #[arg(long, env = "CRYSTALQORE_FILTER", default_value = "", value_name = "QUERY")]
    pub filter: String,
    /// How to write them
    #[arg(long, env = "CRYSTALQORE_FORMAT", value_enum, default_value_t)]
    pub format: FormatArg,
    /// In which order
    #[arg(long, env = "CRYSTALQORE_ORDER", value_enum, default_value_t)]
    pub order: OrderArg,
    /// Only these fields (CSV and xlsx), such as first_name,email,phone:mobile; id and version are always written
    #[arg(long, env = "CRYSTALQORE_COLUMNS", value_delimiter = ',', value_parser = slot, value_name = "FIELD,...")]
    pub columns: Vec<Slot>,
    /// The delimiter (CSV): a character, or tab
    #[arg(long, env = "CRYSTALQORE_EXPORT_DELIMITER", default_value = ",", value_parser = delimiter, value_name = "CHAR")]
    pub delimiter: u8,
    /// Begin without the byte order mark by which Excel recognises UTF-8 (CSV)
    #[arg(long, env = "CRYSTALQORE_NO_BOM")]
    pub no_bom: bool,
    /// The file to write; without it, or with -, the terminal
    #[arg(short, long, env = "CRYSTALQORE_OUTPUT", value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub acting: ActingArgs,
}

#[derive(Debug, ClapArgs)]
pub struct BackupArgs {
    /// The file to write
    pub file: PathBuf,
    /// Replace a backup of that name, once the new one is complete
    #[arg(long, env = "CRYSTALQORE_FORCE")]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub struct RestoreArgs {
    pub file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct CopyArgs {
    /// Where from: postgres://..., a database file, or a data folder
    #[arg(long, env = "CRYSTALQORE_FROM", hide_env_values = true, value_name = "URL_OR_DIR")]
    pub from: String,
    /// Where to: the same; it must be empty, or hold the beginning of this copy
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
