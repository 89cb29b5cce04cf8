//! The file that is imported while it is struck.
//!
//! Owns making it. Leaves out importing it.

use super::expect;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The team's generator if it lies beside the repository, else rows of our own.
pub fn write(root: &Path, file: &Path, rows: u64) -> io::Result<()> {
    let generator = root.join("../shared/bench/gen_contacts.py");
    if generator.is_file() {
        let mut python = Command::new("python3");
        python
            .arg(generator)
            .args(["--seed", "1", "--rows"])
            .arg(rows.to_string());
        let status = python.arg("--out").arg(file).stdout(Stdio::null()).status()?;
        return expect(status.success(), || "the generator failed".to_owned());
    }
    write_own(&mut BufWriter::new(fs::File::create(file)?), rows)
}

fn write_own(out: &mut impl Write, rows: u64) -> io::Result<()> {
    writeln!(out, "First Name,Last Name,Email,Company")?;
    for row in 0..rows {
        // Some rows repeat an earlier one, some cannot be read.
        let of = if row % 17 == 16 { row / 2 } else { row };
        let ending = if row % 13 == 12 { "" } else { ".com" };
        writeln!(
            out,
            "First{row},Last{row},row{of}@example{ending},Company {}",
            row % 100
        )?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_rows_are_as_many_as_were_asked_for() {
        let mut out = Vec::new();
        write_own(&mut out, 20).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 21);
        assert_eq!(text.matches("@example,").count(), 1);
        assert_eq!(text.matches("row8@").count(), 2);
    }
}
