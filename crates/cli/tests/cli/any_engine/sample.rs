//! `crystalqore sample`: the sample shows all fields and imports cleanly.

use crate::scratch::{Scratch, counts_of};

#[test]
fn the_sample_imports_cleanly_with_every_column_mapped() {
    let scratch = Scratch::new();
    let sample = scratch.run(&["sample"]).expect(0).out.clone();
    assert!(!scratch.path("data").exists(), "a sample needs no data folder");
    scratch.write("sample.csv", &sample);
    let document = scratch.run(&["inspect", "sample.csv", "--json"]).expect(0).json();
    for column in document["columns"].as_array().unwrap() {
        assert!(column["field"].is_string(), "{column}");
    }
    for row in document["rows"].as_array().unwrap() {
        assert_eq!(row["reasons"].as_array().unwrap().len(), 0, "{row}");
    }
    let counts = counts_of(&document);
    assert_eq!(scratch.import("sample.csv", &[]), counts);
    assert!(!counts.contains("invalid") && !counts.contains("duplicate"), "{counts}");
}
