//! The mapping file, and the `Opening` that results from it and the arguments.

use crate::args::OpeningArgs;
use crate::exit::Failure;
use app::Opening;
use std::path::Path;

/// Returns the `Opening` for the arguments, with the choices of the mapping file.
pub fn opening(args: &OpeningArgs) -> Result<Opening, Failure> {
    let choices = match &args.mapping {
        Some(file) => read_mapping(file)?,
        None => Vec::new(),
    };
    Ok(args.opening(choices))
}

/// Reads `{"COLUMN": "FIELD" or null}` or the output of `inspect --json`.
fn read_mapping(file: &Path) -> Result<Vec<(String, String)>, Failure> {
    let wrong = |what: String| Failure::Usage(format!("the mapping file {}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| wrong(e.to_string()))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| wrong(format!("is not JSON: {e}")))?;
    let field = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(columns) = json.get("columns").and_then(|c| c.as_array()) {
        // Columns are identified by number, because names may repeat; label columns keep their meaning.
        return Ok(columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column["field"] != "label")
            .map(|(at, column)| (format!("#{}", at + 1), field(&column["field"])))
            .collect());
    }
    let columns = json
        .as_object()
        .ok_or_else(|| wrong("must be {\"COLUMN\": \"FIELD\", ...}".to_owned()))?;
    Ok(columns
        .iter()
        .map(|(column, value)| (column.clone(), field(value)))
        .collect())
}
