//! Treats any bytes as a file: it is refused, or every record in it is validated. It never panics, never hangs, and
//! loses no row.
//!
//! Run by hand, not in CI (`cargo install cargo-fuzz` first; needs a nightly compiler). Our code has no unsafe block,
//! so the address sanitizer would only slow it down. The corpus folder is not in the repository: seed it with small
//! tables, or the fuzzer spends its time on discovering what a header row is.
//!
//! ```sh
//! mkdir -p fuzz/corpus/read_and_judge
//! cargo run --quiet -- sample > fuzz/corpus/read_and_judge/sample.csv
//! # ... and a few real exports, a few kilobytes each
//! cargo +nightly fuzz run -s none read_and_judge -- -max_total_time=600 -max_len=4096 -timeout=10 -dict=fuzz/csv.dict
//! ```
//!
//! Findings are written to `fuzz/artifacts/read_and_judge/`; `cargo +nightly fuzz tmin -s none read_and_judge FILE`
//! minimises one. Then add a named test for it in `crates/exchange`, so that it cannot return unnoticed.

#![no_main]

mod every_row;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| every_row::check(bytes.to_vec()));
