//! Any bytes are a file: it is refused, or every record of it is judged. It never panics, never hangs, and loses no row.
//!
//! Run by hand, not in CI (`cargo install cargo-fuzz` first; needs a nightly compiler). Our code has no unsafe block, so
//! the address sanitizer would only slow it down. The corpus folder is not kept: seed it with small tables, or the fuzzer
//! spends its time on finding out what a header row is.
//!
//! ```sh
//! mkdir -p fuzz/corpus/read_and_judge
//! cargo run --quiet -- sample > fuzz/corpus/read_and_judge/sample.csv
//! # ... and a few real exports, a few kilobytes each
//! cargo +nightly fuzz run -s none read_and_judge -- -max_total_time=600 -max_len=4096 -timeout=10 -dict=fuzz/csv.dict
//! ```
//!
//! A finding lies in `fuzz/artifacts/read_and_judge/`; `cargo +nightly fuzz tmin -s none read_and_judge FILE` makes it
//! small. It then becomes a test with a name in `crates/exchange`, which is what keeps it found.

#![no_main]

mod every_row;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| every_row::check(bytes.to_vec()));
