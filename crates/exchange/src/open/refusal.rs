//! The reasons why a file was not opened: it could not be read, or it is not a table (and what it is instead).

use std::fmt;
use std::io;

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system could not read it.
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
    /// It is not a table, or not one that can be read.
    #[error("{0}")]
    Refused(Refusal),
    /// A workbook has no sheet of that name.
    #[error("{}", no_sheet(wanted, sheets))]
    NoSheet {
        /// The requested sheet.
        wanted: String,
        /// The sheets of the workbook; empty if the file is not a workbook.
        sheets: Vec<String>,
    },
    /// An archive holds several tables, and nothing indicates which one to import.
    #[error("this archive holds several tables ({}): unpack it and import the one that holds the contacts", names.join(", "))]
    SeveralTables {
        /// The names of the first tables.
        names: Vec<String>,
    },
}

fn no_sheet(wanted: &str, sheets: &[String]) -> String {
    match sheets {
        [] => format!("this file has no sheets, so there is no sheet “{wanted}”: import it without naming one"),
        sheets => format!("this workbook has no sheet “{wanted}”; it has: {}", sheets.join(", ")),
    }
}

impl OpenError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::Refused(refusal) => refusal.code(),
            Self::NoSheet { .. } => "no_such_sheet",
            Self::SeveralTables { .. } => "several_tables",
        }
    }
}

/// What a file is instead of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is explained by its message")]
pub enum Refusal {
    Empty,
    Workbook,
    OldWorkbook,
    OpenDocument,
    Zip,
    Gzip,
    Archive,
    Pdf,
    Image,
    Database,
    Html,
    Xml,
    Json,
    Vcard,
    Calendar,
    RichText,
    Ldif,
    Binary,
    Document,
    Numbers,
    Access,
    OutlookData,
    Sql,
    PrintedTable,
    Markdown,
    Pointer,
    KeyValue,
    Message,
    Encrypted,
    WrittenLineBreaks,
    Prose,
    TooManyColumns { columns: usize, most: usize },
    BinaryWorkbook,
    EncryptedWorkbook,
    EmptyWorkbook,
    DamagedZip,
    EncryptedEntry,
    NestedArchive,
    TooLargeUnpacked { most: u64 },
    ManyEntries { most: usize },
    LongText { most: usize },
    LargeOldWorkbook { most: u64 },
}

impl Refusal {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Workbook => "not_csv:xlsx",
            Self::OldWorkbook => "not_csv:xls",
            Self::OpenDocument => "not_csv:ods",
            Self::Zip => "not_csv:zip",
            Self::Gzip => "not_csv:gzip",
            Self::Archive => "not_csv:archive",
            Self::Pdf => "not_csv:pdf",
            Self::Image => "not_csv:image",
            Self::Database => "not_csv:database",
            Self::Html => "not_csv:html",
            Self::Xml => "not_csv:xml",
            Self::Json => "not_csv:json",
            Self::Vcard => "not_csv:vcard",
            Self::Calendar => "not_csv:icalendar",
            Self::RichText => "not_csv:rtf",
            Self::Ldif => "not_csv:ldif",
            Self::Binary => "not_csv:binary",
            Self::Document => "not_csv:document",
            Self::Numbers => "not_csv:numbers",
            Self::Access => "not_csv:access",
            Self::OutlookData => "not_csv:pst",
            Self::Sql => "not_csv:sql",
            Self::PrintedTable => "not_csv:printed_table",
            Self::Markdown => "not_csv:markdown",
            Self::Pointer => "not_csv:pointer",
            Self::KeyValue => "not_csv:key_value",
            Self::Message => "not_csv:message",
            Self::Encrypted => "not_csv:encrypted",
            Self::WrittenLineBreaks => "not_csv:written_line_breaks",
            Self::Prose => "not_a_table",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::BinaryWorkbook => "not_csv:xlsb",
            Self::EncryptedWorkbook => "encrypted_workbook",
            Self::EmptyWorkbook => "empty_workbook",
            Self::DamagedZip => "damaged_zip",
            Self::EncryptedEntry => "encrypted_archive",
            Self::NestedArchive => "nested_archive",
            Self::TooLargeUnpacked { .. } => "too_large_unpacked",
            Self::ManyEntries { .. } => "too_many_entries",
            Self::LongText { .. } => "text_too_long",
            Self::LargeOldWorkbook { .. } => "too_large_xls",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty: there is nothing to import",
            Self::Workbook => "this Excel workbook (.xlsx) is damaged or not whole: open it in Excel and save it once more",
            Self::OldWorkbook => "this Excel workbook of the old kind (.xls) is damaged, not whole or written in an unusual way: open it in Excel and save it as an Excel workbook (.xlsx) or as CSV",
            Self::BinaryWorkbook => "this is a binary Excel workbook (.xlsb), which is not read: open it in Excel and save it as an Excel workbook (.xlsx) or as CSV",
            Self::EncryptedWorkbook => "this workbook is protected by a password: open it, take the password away (in Excel: File > Info > Protect Workbook) and save it",
            Self::EmptyWorkbook => "no sheet of this workbook that was looked at holds any values: there is nothing to import",
            Self::OpenDocument => "this OpenDocument spreadsheet (.ods) is damaged or not whole: open it in LibreOffice and save it once more",
            Self::Zip => "this archive (.zip) holds no table: unpack it and import the file with the contacts",
            Self::DamagedZip => "this archive (.zip) is damaged or not whole: download or pack it once more",
            Self::EncryptedEntry => "this archive is protected by a password: unpack it and import the file with the contacts",
            Self::NestedArchive => "this archive holds another archive: unpack it and import the file with the contacts",
            Self::Gzip => "this file is compressed with gzip, and it is damaged or not whole: download or pack it once more",
            Self::Archive => "this is a compressed archive, not CSV: unpack it and import the CSV file inside",
            Self::Pdf => "this is a PDF document, not CSV: export the contacts as CSV from the program they come from",
            Self::Image => "this is a picture, not CSV",
            Self::Database => "this is a SQLite database, not CSV: export the table with the contacts as CSV",
            Self::Html => "this is an HTML page, not CSV, whatever its name says: open it in a spreadsheet and save it as CSV",
            Self::Xml => "this is an XML document, not CSV: export the contacts as CSV from the program they come from",
            Self::Json => "this is JSON, not CSV: export the contacts as CSV from the program they come from",
            Self::Vcard => "this is a contact card of another kind (MECARD), or a vCard without its first line: export the contacts as vCard (.vcf) or CSV from the program they come from",
            Self::Calendar => "this is a calendar file (.ics), not CSV: it holds appointments, not contacts",
            Self::RichText => "this is a rich text document (.rtf), not CSV: save the table from a spreadsheet as CSV",
            Self::Ldif => "this is an LDIF file, not CSV: choose CSV where the contacts are exported",
            Self::Document => "this is a document or a presentation, not CSV: copy its table into a spreadsheet and save that as CSV",
            Self::Numbers => "this is a document of Apple Numbers, Pages or Keynote, not CSV: open it there and choose File > Export To > CSV",
            Self::Access => "this is a Microsoft Access database, not CSV: export the table with the contacts as a text file",
            Self::OutlookData => "this is an Outlook data file (.pst), not CSV: in Outlook choose File > Open & Export > Import/Export > Export to a file > Comma Separated Values",
            Self::Sql => "this is a SQL dump, not CSV: load it into a database and export the table with the contacts as CSV",
            Self::PrintedTable => "this is a table as a database client or another program prints it, not CSV: have it written as CSV (psql: \\copy (SELECT ...) TO 'contacts.csv' CSV HEADER; mysql: with its option batch, which separates by tabs)",
            Self::Markdown => "this is a table in Markdown, not CSV: paste it into a spreadsheet and save that as CSV",
            Self::Pointer => "this file only names where the real one is kept (a Git LFS or git-annex pointer): fetch the real one (git lfs pull, git annex get) and import that",
            Self::KeyValue => "this is a list of keys and values (YAML, settings or the like), not CSV: export the contacts as CSV from the program they come from",
            Self::Message => "this is an email message, not CSV: if the contacts are attached to it, save the attachment and import that",
            Self::Encrypted => "this is an encrypted or signed message or a key, not CSV: decrypt it and import the CSV file inside",
            Self::WrittenLineBreaks => "the line breaks of this file are written as the two characters \\n, so it has one line only: replace each by a real line break and import it again",
            Self::Binary => "this is a binary file, not text: export the contacts as CSV from the program they come from",
            Self::TooManyColumns { columns, most } => {
                return write!(
                    f,
                    "this file has {columns} columns, and at most {most} can be imported: delete those that hold nothing of a contact, or choose the right separator"
                );
            }
            Self::TooLargeUnpacked { most } => {
                return write!(
                    f,
                    "unpacked, this file has more than {} MiB, which is more than is read of a file of its size: split it into parts, or save the table as CSV",
                    most >> 20
                );
            }
            Self::ManyEntries { most } => {
                return write!(
                    f,
                    "this archive holds more than {most} files, which is more than is looked at: unpack it and import the file with the contacts"
                );
            }
            Self::LongText { most } => {
                return write!(
                    f,
                    "this file holds a value or a row of more than {} MiB: no contact has that; delete it, or save the table as CSV",
                    most >> 20
                );
            }
            Self::LargeOldWorkbook { most } => {
                return write!(
                    f,
                    "this Excel workbook of the old kind (.xls) has more than {} MiB, which is more than is read of that kind: open it in Excel and save it as an Excel workbook (.xlsx)",
                    most >> 20
                );
            }
            Self::Prose => "this is text, but no table: no columns were found. A CSV file has one contact a line and a delimiter between the values",
        })
    }
}
