//! Where the bytes of a file come from.

use std::io::{self, Read};

/// Something that can be read from its start, more than once: a file, bytes in memory.
pub trait Source: Send + Sync {
    /// Opens it at its first byte.
    ///
    /// # Errors
    /// What the operating system says.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

impl Source for Vec<u8> {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.clone())))
    }
}

impl Source for std::path::PathBuf {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::fs::File::open(self)?))
    }
}
