//! `crystalqore duplicates`: groups with their reasons and strength.

use crate::scratch::Scratch;
use serde_json::Value;

const FILE: &str = "\
First Name,Last Name,Email,Phone,City
Ana,Marsh,ana@example.com,+14155550101,Salem
Ana,Marsh,ana.marsh@example.org,+14155550101,Salem
Jon,Lind,jon@example.com,,Bend
John,Lind,j.lind@example.net,,Bend
Zoe,Other,zoe@example.com,,Bonn
";

fn directory() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("people.csv", FILE);
    scratch
        .run(&["import", "people.csv", "--duplicates", "create"])
        .expect(0);
    scratch
}

#[test]
fn groups_are_listed_with_reasons_and_confidence() {
    let document = directory().run(&["duplicates", "--json"]).expect(0).json();
    let groups = document["groups"].as_array().unwrap();
    assert_eq!(document["count"], groups.len());
    let surest = &groups[0];
    let pair = &surest["pairs"][0];
    assert!(pair["confidence"].as_u64().unwrap() >= 80, "{pair}");
    let reasons = pair["reasons"].as_array().unwrap();
    assert!(
        reasons.iter().any(|r| r.as_str().unwrap().contains("same phone")),
        "{pair}"
    );
    let ids: Vec<&Value> = surest["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["id"])
        .collect();
    assert!(pair["ids"].as_array().unwrap().iter().all(|id| ids.contains(&id)));
    assert_eq!(surest["contacts"][0]["contact"]["last_name"], "Marsh");
    let least = directory()
        .run(&["duplicates", "--json", "--least", "80"])
        .expect(0)
        .json();
    assert_eq!(least["count"], 1);
}

#[test]
fn people_read_who_and_why() {
    directory()
        .run(&["duplicates"])
        .expect(0)
        .says(&["Group 1", "Ana Marsh", "same phone", "%", "page Duplicates"]);
    Scratch::new()
        .run(&["duplicates"])
        .expect(0)
        .says(&["No contacts look like duplicates"]);
}
