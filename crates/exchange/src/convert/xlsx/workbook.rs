//! The parts of a workbook: its sheets in order, and the positions of shared texts and styles.

use super::number_format::Epoch;
use crate::convert::sheet_choice::ListedSheet;
use crate::convert::xml::{Xml, attribute};
use crate::convert::zip_file::ZipFile;
use crate::open::{OpenError, Refusal};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Characters of a sheet's name that are kept; spreadsheets allow 31.
const LONGEST_NAME: usize = 255;
/// References from one part to others that are read.
const MOST_REFERENCES: usize = 65_536;

pub struct Sheet {
    pub name: String,
    pub is_hidden: bool,
    /// The index of its entry in the ZIP file.
    pub part: usize,
}

impl ListedSheet for Sheet {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_hidden(&self) -> bool {
        self.is_hidden
    }
}

/// The parts of a workbook.
pub struct Workbook {
    pub sheets: Vec<Sheet>,
    pub epoch: Epoch,
    pub shared_strings: Option<usize>,
    pub styles: Option<usize>,
}

/// Returns the name of the main part of a file, such as `xl/workbook.xml`. `None` if the file does not declare it.
pub fn main_part(zip: &ZipFile) -> Result<Option<String>, OpenError> {
    let Some(at) = zip.find("_rels/.rels") else {
        return Ok(None);
    };
    let references = references(zip, at, "")?;
    let main = references
        .into_values()
        .find(|reference| reference.kind == "officeDocument");
    Ok(main.map(|reference| reference.target))
}

impl Workbook {
    /// Reads the list of sheets.
    pub fn read(zip: &ZipFile) -> Result<Self, OpenError> {
        let damaged = || OpenError::Refused(Refusal::Workbook);
        let main = main_part(zip)?.unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let part = zip.find(&main).ok_or_else(damaged)?;
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", &main));
        let references = match zip.find(&format!("{folder}/_rels/{name}.rels")) {
            Some(at) => references(zip, at, folder)?,
            None => return Err(damaged()),
        };
        let part_of = |kind: &str| {
            let reference = references.values().find(|reference| reference.kind == kind)?;
            zip.find(&reference.target)
        };
        let mut workbook = Self {
            sheets: Vec::new(),
            epoch: Epoch::Year1900,
            shared_strings: part_of("sharedStrings"),
            styles: part_of("styles"),
        };
        let mut xml = Xml::new(zip.read(part, Refusal::Workbook)?, Refusal::Workbook);
        loop {
            match xml.next()? {
                Event::Eof => return Ok(workbook),
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"workbookPr" => workbook.epoch = epoch(&tag),
                    b"sheet" => workbook.sheets.extend(sheet(&tag, zip, &references)),
                    _ => {}
                },
                _ => {}
            }
        }
    }
}

fn epoch(tag: &BytesStart<'_>) -> Epoch {
    match attribute(tag, "date1904").as_deref() {
        Some("1" | "true" | "on") => Epoch::Year1904,
        _ => Epoch::Year1900,
    }
}

/// Reads a sheet of the list. `None` for a chart or a macro, and for a sheet that is not in the file.
fn sheet(tag: &BytesStart<'_>, zip: &ZipFile, references: &HashMap<String, Reference>) -> Option<Sheet> {
    let reference = references.get(&attribute(tag, "id")?)?;
    if reference.kind != "worksheet" {
        return None;
    }
    Some(Sheet {
        name: attribute(tag, "name")?.chars().take(LONGEST_NAME).collect(),
        is_hidden: attribute(tag, "state").is_some_and(|state| state != "visible"),
        part: zip.find(&reference.target)?,
    })
}

struct Reference {
    /// The last segment of its type.
    kind: String,
    target: String,
}

/// Reads the references of a part in a folder, by their ids.
fn references(zip: &ZipFile, at: usize, folder: &str) -> Result<HashMap<String, Reference>, OpenError> {
    let mut xml = Xml::new(zip.read(at, Refusal::Workbook)?, Refusal::Workbook);
    let mut references = HashMap::new();
    loop {
        match xml.next()? {
            Event::Eof => return Ok(references),
            Event::Start(tag) | Event::Empty(tag)
                if tag.local_name().as_ref() == b"Relationship" && references.len() < MOST_REFERENCES =>
            {
                let (id, kind, target) = (
                    attribute(&tag, "Id"),
                    attribute(&tag, "Type"),
                    attribute(&tag, "Target"),
                );
                if let (Some(id), Some(kind), Some(target)) = (id, kind, target) {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    let target = resolved(folder, &target);
                    references.insert(id, Reference { kind, target });
                }
            }
            _ => {}
        }
    }
}

/// Resolves the target of a reference relative to a folder; returns the name of a ZIP entry.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let whole = match target.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut words: Vec<&str> = Vec::new();
    for word in whole.split('/') {
        match word {
            "" | "." => {}
            ".." => {
                words.pop();
            }
            word => words.push(word),
        }
    }
    words.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_their_folder_or_from_the_root() {
        assert_eq!(resolved("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl", "../other\\.\\sheet.xml"), "other/sheet.xml");
        assert_eq!(resolved("", "xl/workbook.xml"), "xl/workbook.xml");
        assert_eq!(resolved("xl", "../../../x"), "x");
    }
}
