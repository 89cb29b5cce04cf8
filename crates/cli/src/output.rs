//! The output of a command: a file or the terminal.

use std::path::Path;

/// Returns the named file; `None` for the terminal, which is also named `-`.
pub fn named_file(output: Option<&Path>) -> Option<&Path> {
    output.filter(|path| path.as_os_str() != "-")
}
