//! Known export formats, recognised by their header rows. The formats themselves are data: `data/layouts.toml`.

use super::header_words::normalized;
use model::Slot;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A known export format.
#[derive(Debug)]
pub struct Layout {
    /// Its stable name.
    pub id: String,
    /// Its display name.
    pub name: String,
    signature: Vec<String>,
    columns: HashMap<String, Option<Slot>>,
}

#[derive(Deserialize)]
struct LayoutsFile {
    layout: Vec<LayoutEntry>,
}

#[derive(Deserialize)]
struct LayoutEntry {
    id: String,
    name: String,
    signature: Vec<String>,
    #[serde(default)]
    columns: HashMap<String, String>,
}

static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| {
    // A test reads the file; a broken one would leave no layouts rather than end the program.
    read(include_str!("../../data/layouts.toml")).unwrap_or_default()
});

fn read(text: &str) -> Result<Vec<Layout>, String> {
    let file: LayoutsFile = toml::from_str(text).map_err(|e| e.to_string())?;
    file.layout.into_iter().map(Layout::from_entry).collect()
}

impl Layout {
    fn from_entry(entry: LayoutEntry) -> Result<Self, String> {
        let columns = entry
            .columns
            .into_iter()
            .map(|(header, slot)| match slot.as_str() {
                "" => Ok((normalized(&header), None)),
                slot => match slot.parse() {
                    Ok(slot) => Ok((normalized(&header), Some(slot))),
                    Err(_) => Err(format!("layout {}: {slot} is no slot", entry.id)),
                },
            })
            .collect::<Result<_, _>>()?;
        let signature = entry.signature.iter().map(|h| normalized(h)).collect();
        Ok(Self {
            id: entry.id,
            name: entry.name,
            signature,
            columns,
        })
    }

    /// Returns the layout's slot for a column; `None` if the layout does not list it, `Some(None)` if the column is
    /// listed without a slot.
    pub fn slot(&self, header: &str) -> Option<&Option<Slot>> {
        self.columns.get(&normalized(header))
    }
}

/// Recognises the layout of a header row: the one with the longest signature that the row contains.
pub fn recognise(header: &[String]) -> Option<&'static Layout> {
    let present: Vec<String> = header.iter().map(|h| normalized(h)).collect();
    LAYOUTS
        .iter()
        .filter(|layout| layout.signature.iter().all(|h| present.contains(h)))
        .max_by_key(|layout| layout.signature.len())
}

/// The display name of a layout.
pub fn layout_name(id: &str) -> Option<&'static str> {
    let layout = LAYOUTS.iter().find(|layout| layout.id == id)?;
    Some(&layout.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_sound() {
        let layouts = read(include_str!("../../data/layouts.toml")).unwrap();
        assert!(layouts.len() >= 12);
    }

    #[test]
    fn a_layout_is_known_by_its_header_row() {
        let header: Vec<String> = [
            "Email Address",
            "First Name",
            "Last Name",
            "MEMBER_RATING",
            "OPTIN_TIME",
            "LEID",
            "EUID",
        ]
        .map(str::to_owned)
        .into();
        assert_eq!(recognise(&header).map(|l| l.id.as_str()), Some("mailchimp"));
        assert!(recognise(&["Name".to_owned()]).is_none());
    }
}
