//! JSON lines: one contact a line, all that is known of it.

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
/// What the output says.
pub fn write(out: &mut dyn Write, exported: &Exported) -> io::Result<()> {
    let line = Line {
        id: exported.id.to_string(),
        version: crate::native::version_text(exported.version),
        contact: &exported.contact,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
