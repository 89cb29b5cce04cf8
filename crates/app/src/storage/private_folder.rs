//! Folders that hold contacts: only the user that runs the program may read them.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

/// Creates a folder and its missing parents, with mode 0700 where the operating system has modes. An existing folder
/// keeps its mode, which was chosen on purpose; `doctor` warns if it lets other users in.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Returns the mode in octal if other users than the owner have permissions; `None` otherwise.
#[cfg(unix)]
pub(crate) fn open_to_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| format!("{mode:04o}"))
}

/// Systems without modes control access in other ways, which are not checked.
#[cfg(not(unix))]
pub(crate) fn open_to_others(_: &Path) -> Option<String> {
    None
}
