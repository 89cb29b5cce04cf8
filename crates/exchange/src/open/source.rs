//! Where the bytes of a file come from.

use std::io::{self, Read};

/// Bytes that can be read from the start more than once: a file, or bytes in memory.
pub trait Source: Send + Sync {
    /// Opens the source at its first byte.
    ///
    /// # Errors
    /// When the operating system cannot open it.
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
