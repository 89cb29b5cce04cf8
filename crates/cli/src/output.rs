//! Where a command writes to.

use std::path::Path;

/// The file that was named; none for the terminal, which `-` names too.
pub fn named_file(output: Option<&Path>) -> Option<&Path> {
    output.filter(|path| path.as_os_str() != "-")
}
