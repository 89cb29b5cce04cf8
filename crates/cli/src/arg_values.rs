//! Values of single options, and their conversion to types of `app`.
//!
//! Owns the words that an option accepts and the parsing of a single value, with its error message. Does not define
//! which options a command has (`args`).

use app::{Charset, ExportFormat, ImportId, Order, Scope};
use clap::ValueEnum;
use model::{Region, Slot};

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Unmapped {
    #[default]
    Ignore,
    Custom,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum BadValuesArg {
    #[default]
    Reject,
    LeaveOut,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DuplicatesArg {
    Skip,
    Update,
    Fill,
    Create,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum MatchArg {
    Email,
    Phone,
    EmailOrPhone,
    EmailOrPhoneAndName,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ConflictsArg {
    #[default]
    Skip,
    Overwrite,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum EmptyCells {
    #[default]
    Keep,
    Clear,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ScopeArg {
    Mine,
    Shared,
    #[default]
    All,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum FormatArg {
    /// CSV that reads back exactly; also for spreadsheets
    #[default]
    #[value(name = "csv", alias = "crystalqore")]
    Crystalqore,
    /// Excel workbook, which also reads back exactly: zip codes and telephone numbers stay unchanged
    Xlsx,
    /// For Google Contacts, which imports 3,000 contacts per file
    Google,
    /// The same in a ZIP archive of files with 3,000 contacts each, for more than Google imports at once
    GoogleParts,
    /// For Outlook on Windows and programs that read its files
    Outlook,
    /// vCard 3.0, for phones, iCloud, macOS and most address books
    Vcard,
    /// vCard 4.0, for programs that need it; Apple's do not read it
    Vcard4,
    /// JSON Lines, for programs
    Jsonl,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum OrderArg {
    #[default]
    Created,
    Name,
}

impl From<ScopeArg> for Scope {
    fn from(scope: ScopeArg) -> Self {
        match scope {
            ScopeArg::Mine => Self::Mine,
            ScopeArg::Shared => Self::Shared,
            ScopeArg::All => Self::All,
        }
    }
}

impl From<FormatArg> for ExportFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Crystalqore => Self::CrystalQore,
            FormatArg::Xlsx => Self::Xlsx,
            FormatArg::Google => Self::Google,
            FormatArg::GoogleParts => Self::GoogleParts,
            FormatArg::Outlook => Self::Outlook,
            FormatArg::Vcard => Self::Vcard,
            FormatArg::Vcard4 => Self::Vcard4,
            FormatArg::Jsonl => Self::Jsonl,
        }
    }
}

impl From<OrderArg> for Order {
    fn from(order: OrderArg) -> Self {
        match order {
            OrderArg::Created => Self::Created,
            OrderArg::Name => Self::Name,
        }
    }
}

/// Parses the URL of a database server. The message does not repeat the value, which may hold a password.
pub fn database(text: &str) -> Result<String, String> {
    if app::is_server(text) {
        Ok(text.to_owned())
    } else {
        Err("write postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned())
    }
}

/// Parses a country from its two-letter code.
pub fn region(text: &str) -> Result<Region, String> {
    Region::from_code(text).ok_or_else(|| {
        format!("{text} is not a country with phone numbers; write its two-letter code, such as US, DE or JP")
    })
}

/// Parses an encoding from its label.
pub fn charset(text: &str) -> Result<Charset, String> {
    Charset::from_label(text).ok_or_else(|| format!("{text} is not a known encoding; known are utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis, gb18030 and the others of the WHATWG Encoding Standard, the code pages of DOS (cp437, cp850, cp852 ...) and mac-centeuro"))
}

/// Parses the delimiter.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        "," | ";" | "|" => Ok(text.as_bytes()[0]),
        _ => Err("write one of , ; | or tab".to_owned()),
    }
}

/// Parses a column and the field that it fills.
pub fn map(text: &str) -> Result<(String, String), String> {
    // Both the name of a custom field and that of the column may contain `=`.
    let at = text
        .find("=custom:")
        .or_else(|| text.rfind('='))
        .ok_or("write COLUMN=FIELD, as in 'Mail=email'")?;
    let (column, slot) = (&text[..at], &text[at + 1..]);
    Ok((column.to_owned(), slot.to_owned()))
}

/// Parses a field as in `--map`.
pub fn slot(text: &str) -> Result<Slot, String> {
    text.parse()
        .map_err(|_| format!("{text} is not a field; there are: {}", Slot::catalogue()))
}

/// Parses the number of an import.
pub fn import_id(text: &str) -> Result<ImportId, String> {
    text.parse()
        .map(ImportId)
        .map_err(|_| "write the number of an import; `crystalqore imports` lists them".to_owned())
}
