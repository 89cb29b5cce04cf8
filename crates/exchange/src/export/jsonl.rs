//! JSON Lines: one contact per line, with everything that is stored of it.

use super::Exported;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    version: String,
    #[serde(flatten)]
    contact: &'a model::Contact,
}

/// Writes one contact as a line.
///
/// # Errors
/// Errors of the output.
pub fn write(out: &mut dyn Write, exported: &Exported) -> io::Result<()> {
    let line = Line {
        id: exported.id.to_string(),
        version: crate::native::version_text(exported.version),
        contact: &exported.contact,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
