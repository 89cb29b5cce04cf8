//! Instructions for exporting contacts from other programs, in three steps each.

use maud::{Markup, html};

/// A program or service, and the steps.
struct Source {
    name: &'static str,
    steps: [&'static str; 3],
}

const SOURCES: [Source; 6] = [
    Source {
        name: "Google",
        steps: [
            "Open contacts.google.com.",
            "Choose Export, then Google CSV.",
            "Drop the file here. Labels become tags.",
        ],
    },
    Source {
        name: "Outlook",
        steps: [
            "Open People in Outlook on the web.",
            "Choose Manage contacts, then Export contacts.",
            "Drop the CSV file here.",
        ],
    },
    Source {
        name: "iCloud",
        steps: [
            "Open icloud.com/contacts and select all contacts.",
            "Choose Export vCard.",
            "Drop the .vcf file here. There is nothing to map.",
        ],
    },
    Source {
        name: "Excel",
        steps: [
            "Put the column names in one row.",
            "Save the workbook as .xlsx. CSV is not needed.",
            "Drop it here and choose the sheet.",
        ],
    },
    Source {
        name: "LinkedIn",
        steps: [
            "Open Settings, Data privacy, Get a copy of your data.",
            "Choose Connections and wait for the email.",
            "Drop the ZIP archive here as it is.",
        ],
    },
    Source {
        name: "Phone",
        steps: [
            "Android: Contacts, Organize, Export to file.",
            "iPhone: sync with iCloud, or share contacts as a file.",
            "Send the .vcf file to this computer and drop it here.",
        ],
    },
];

/// A tile for each source; one is open at a time.
pub fn sources() -> Markup {
    html! {
        div.sources role="group" aria-label="How to get your contacts" {
            @for source in &SOURCES {
                details.source name="source" {
                    summary { (source.name) }
                    ol.small { @for step in source.steps { li { (step) } } }
                }
            }
        }
    }
}
