//! Files from public bug reports about contact and CSV tools, recreated with invented people, and the expected
//! results.
//!
//! Each folder of `reports/` is a report. For each file its `expected.txt` lists the options of `inspect`, then each
//! row: its line, status and contact, and the codes of its errors and warnings. For a rejected file it contains the
//! code of the error.

use crate::scratch::Scratch;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/any_engine/reports");
    let mut folders: Vec<PathBuf> = fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// The files of a folder with the options of `inspect`, and the lines expected of each.
fn expected(folder: &Path) -> Vec<(Vec<String>, Vec<String>)> {
    let mut files: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for line in fs::read_to_string(folder.join("expected.txt")).unwrap().lines() {
        match line.strip_prefix("== ") {
            Some(words) => files.push((words.split(' ').map(str::to_owned).collect(), Vec::new())),
            None => files.last_mut().unwrap().1.push(line.to_owned()),
        }
    }
    files
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The values of a multi-valued field, each as `name(label)=value`.
fn listed(contact: &Value, list: &str, name: &str, value: impl Fn(&Value) -> String) -> Vec<String> {
    let of_label = |label: &str| {
        if label.is_empty() {
            String::new()
        } else {
            format!("({label})")
        }
    };
    let values = contact[list].as_array().into_iter().flatten();
    values
        .map(|one| format!("{name}{}={}", of_label(text(one, "label")), value(one)))
        .collect()
}

fn address(address: &Value) -> String {
    let parts = ["address", "zip_code", "city", "state", "country"].map(|part| text(address, part));
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" / ")
}

/// A contact in one line.
fn shown(contact: &Value) -> String {
    let texts = [
        "prefix",
        "first_name",
        "middle_name",
        "last_name",
        "suffix",
        "nickname",
        "company",
        "title",
        "department",
    ];
    let named = |key: &&str| {
        Some(text(contact, key))
            .filter(|value| !value.is_empty())
            .map(|value| format!("{key}={value}"))
    };
    let mut parts: Vec<String> = texts.iter().filter_map(named).collect();
    parts.extend(listed(contact, "emails", "email", |one| text(one, "value").to_owned()));
    parts.extend(listed(contact, "phones", "phone", |one| text(one, "value").to_owned()));
    parts.extend(listed(contact, "addresses", "address", address));
    parts.extend(listed(contact, "website", "website", |one| {
        text(one, "value").to_owned()
    }));
    parts.extend(named(&"birthday"));
    let tags: Vec<&str> = contact["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !tags.is_empty() {
        parts.push(format!("tags={}", tags.join(",")));
    }
    parts.extend(named(&"notes"));
    let custom = contact["custom"].as_object().into_iter().flatten();
    parts.extend(custom.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())));
    parts.join("; ").replace('\n', "\\n")
}

fn row(row: &Value) -> String {
    let codes: Vec<&str> = row["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| text(reason, "code"))
        .collect();
    let codes = if codes.is_empty() {
        String::new()
    } else {
        format!(" {{{}}}", codes.join(" "))
    };
    format!(
        "{} {}: {}{codes}",
        row["line"],
        text(row, "status"),
        shown(&row["contact"])
    )
}

/// The result of `inspect` in the format of `expected.txt`.
fn read(scratch: &Scratch, folder: &Path, words: &[String]) -> Vec<String> {
    let file = folder.join(&words[0]);
    let mut arguments = vec!["inspect", "--json", file.to_str().unwrap()];
    arguments.extend(words[1..].iter().map(String::as_str));
    let run = scratch.run(&arguments);
    if run.code == Some(3) {
        return vec![format!("refused: {}", run.error_code())];
    }
    let document = run.expect(0).json();
    document["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn reported_files_are_read_as_their_owners_would_expect() {
    let scratch = Scratch::new();
    let mut wrong = Vec::new();
    for folder in folders() {
        for (words, lines) in expected(&folder) {
            let read = read(&scratch, &folder, &words);
            if read != lines {
                let name = folder.file_name().unwrap().display().to_string();
                wrong.push(format!("{name}/{}\n  {}", words.join(" "), read.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_of_a_report_is_expected_to_be_something() {
    for folder in folders() {
        let named: Vec<String> = expected(&folder)
            .into_iter()
            .map(|(words, _)| words[0].clone())
            .collect();
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().display().to_string();
            assert!(
                name == "expected.txt" || named.contains(&name),
                "{}: {name}",
                folder.display()
            );
        }
    }
}

#[test]
fn every_reported_file_is_imported_or_refused_with_a_word() {
    let scratch = Scratch::new();
    for folder in folders() {
        for (words, _) in expected(&folder) {
            let file = folder.join(&words[0]).display().to_string();
            let run = scratch.run(&["import", &file]);
            assert!(
                matches!(run.code, Some(0 | 3 | 4)),
                "{file}: {:?} {}",
                run.code,
                run.err
            );
            assert!(!run.out.is_empty() || !run.err.is_empty(), "{file}");
        }
    }
}
