//! The export formats: their names, their purposes and the properties of their files.

/// The format of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// CrystalQore CSV: exact.
    #[default]
    CrystalQore,
    /// The columns of CrystalQore CSV as an Excel workbook.
    Xlsx,
    /// The CSV of Google Contacts.
    Google,
    /// The CSV of Google Contacts, split into files with as many contacts as Google imports at once, in a ZIP archive.
    GoogleParts,
    /// The CSV of Outlook for Windows.
    Outlook,
    /// vCard 3.0.
    Vcard,
    /// vCard 4.0.
    Vcard4,
    /// JSON Lines: one contact per line.
    Jsonl,
}

impl ExportFormat {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::CrystalQore,
        Self::Xlsx,
        Self::Google,
        Self::GoogleParts,
        Self::Outlook,
        Self::Vcard,
        Self::Vcard4,
        Self::Jsonl,
    ];

    /// The name by which the format is selected.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrystalQore => "csv",
            Self::Xlsx => "xlsx",
            Self::Google => "google",
            Self::GoogleParts => "google-parts",
            Self::Outlook => "outlook",
            Self::Vcard => "vcard",
            Self::Vcard4 => "vcard4",
            Self::Jsonl => "jsonl",
        }
    }

    /// Returns the format with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The name for users.
    pub fn title(self) -> &'static str {
        match self {
            Self::CrystalQore => "CSV",
            Self::Xlsx => "Excel workbook",
            Self::Google => "Google CSV",
            Self::GoogleParts => "Google CSV in parts",
            Self::Outlook => "Outlook CSV",
            Self::Vcard => "vCard 3.0",
            Self::Vcard4 => "vCard 4.0",
            Self::Jsonl => "JSON Lines",
        }
    }

    /// The purpose of the format, in one line.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::CrystalQore => {
                "for backups, bulk edits in a spreadsheet, and moving to another workspace; reads back exactly"
            }
            Self::Xlsx => "the same columns for Excel, which changes no zip code or phone number; reads back exactly",
            Self::Google => "for Google Contacts, which imports 3,000 contacts per file",
            Self::GoogleParts => "for more than 3,000 contacts: a ZIP archive of files that Google imports one by one",
            Self::Outlook => "for Outlook on Windows and programs that read its files",
            Self::Vcard => "for phones, iCloud, macOS and most address books",
            Self::Vcard4 => "for programs that need the newer version; Apple's do not read it",
            Self::Jsonl => "for developers",
        }
    }

    /// Whether the files are CSV, which may have a byte order mark.
    pub fn is_csv(self) -> bool {
        matches!(
            self,
            Self::CrystalQore | Self::Google | Self::GoogleParts | Self::Outlook
        )
    }

    /// Whether the files are binary and cannot be shown in a terminal.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Xlsx | Self::GoogleParts)
    }

    /// Whether the columns can be chosen.
    pub fn has_columns(self) -> bool {
        matches!(self, Self::CrystalQore | Self::Xlsx)
    }

    /// The file extension.
    pub fn extension(self, delimiter: u8) -> &'static str {
        match self {
            Self::CrystalQore if delimiter == b'\t' => "tsv",
            Self::CrystalQore | Self::Google | Self::Outlook => "csv",
            Self::GoogleParts => "zip",
            Self::Xlsx => "xlsx",
            Self::Vcard | Self::Vcard4 => "vcf",
            Self::Jsonl => "jsonl",
        }
    }

    /// The media type of the files.
    pub fn media_type(self, delimiter: u8) -> &'static str {
        match self {
            Self::CrystalQore if delimiter == b'\t' => "text/tab-separated-values; charset=utf-8",
            Self::CrystalQore | Self::Google | Self::Outlook => "text/csv; charset=utf-8",
            Self::GoogleParts => "application/zip",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Vcard | Self::Vcard4 => "text/vcard; charset=utf-8",
            Self::Jsonl => "application/jsonl; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_chosen_by_its_name() {
        for format in ExportFormat::ALL {
            assert_eq!(ExportFormat::from_name(format.name()), Some(format));
        }
        assert_eq!(ExportFormat::from_name("pdf"), None);
    }
}
