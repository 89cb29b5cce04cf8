//! Why a file was not opened: it could not be read, or it is no table, and then what it is instead.

use std::fmt;
use std::io;

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system could not read it.
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
    /// It is no table, or none that can be read.
    #[error("{0}")]
    Refused(Refusal),
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
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty: there is nothing to import",
            Self::Workbook => {
                "this is an Excel workbook (.xlsx), not CSV: open it in Excel and save it as \"CSV UTF-8 (comma delimited)\""
            }
            Self::OldWorkbook => {
                "this is an Excel workbook of the old kind (.xls), not CSV: open it in Excel and save it as \"CSV UTF-8 (comma delimited)\""
            }
            Self::OpenDocument => "this is an OpenDocument spreadsheet (.ods), not CSV: open it in LibreOffice and save it as \"Text CSV\"",
            Self::Zip => "this is a ZIP archive, not CSV: unpack it and import the CSV file inside",
            Self::Gzip => "this file is compressed with gzip: unpack it (gunzip) and import the CSV file inside",
            Self::Archive => "this is a compressed archive, not CSV: unpack it and import the CSV file inside",
            Self::Pdf => "this is a PDF document, not CSV: export the contacts as CSV from the program they come from",
            Self::Image => "this is a picture, not CSV",
            Self::Database => "this is a SQLite database, not CSV: export the table with the contacts as CSV",
            Self::Html => "this is an HTML page, not CSV, whatever its name says: open it in a spreadsheet and save it as CSV",
            Self::Xml => "this is an XML document, not CSV: export the contacts as CSV from the program they come from",
            Self::Json => "this is JSON, not CSV: export the contacts as CSV from the program they come from",
            Self::Vcard => "this is a vCard file (.vcf), not CSV: choose CSV where the contacts are exported",
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
            Self::Prose => "this is text, but no table: no columns were found. A CSV file has one contact a line and a delimiter between the values",
        })
    }
}
