//! `crystalqore token`: tokens for the HTTP API.

use crate::scratch::Scratch;

#[test]
fn tokens_are_created_listed_and_revoked() {
    let scratch = Scratch::new();
    let created = scratch
        .run(&["token", "create", "Sync", "--scope", "contacts:read,imports", "--json"])
        .expect(0)
        .json();
    let secret = created["token"].as_str().unwrap();
    assert!(secret.starts_with("cq_") && secret.len() == 67, "{secret}");
    assert_eq!(created["scopes"], serde_json::json!(["contacts:read", "imports"]));
    assert!(created["expires"].is_string() && created["last_used"].is_null());
    let plain = scratch.run(&["token", "create", "Forever", "--scope", "admin", "--days", "0"]);
    plain.expect(0);
    assert!(
        plain.out.starts_with("cq_") && plain.out.lines().count() == 1,
        "{}",
        plain.out
    );
    let list = scratch.run(&["token", "list", "--json"]).expect(0).json();
    let names: Vec<_> = list["tokens"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
    assert_eq!(names, ["Forever", "Sync"]);
    assert!(!list.to_string().contains(secret));
    let id = created["id"].as_str().unwrap();
    scratch.run(&["token", "revoke", id]).expect(0).says(&["was revoked"]);
    let again = scratch.run(&["token", "revoke", id, "--json"]).expect(1).json();
    assert_eq!(again["error"]["code"], "no_such_token");
    scratch.run(&["token", "list"]).expect(0).says(&["Forever", "never"]);
}

#[test]
fn a_token_needs_a_name_and_a_known_scope() {
    let scratch = Scratch::new();
    scratch.run(&["token", "create", "Sync"]).expect(2).says(&["--scope"]);
    scratch
        .run(&["token", "create", "Sync", "--scope", "everything"])
        .expect(2)
        .says(&["contacts:read"]);
    scratch
        .run(&["token", "create", " ", "--scope", "imports"])
        .expect(2)
        .says(&["give the token a name"]);
    scratch
        .run(&["token", "create", "Sync", "--scope", "imports", "--days", "99999"])
        .expect(2)
        .says(&["1 to 3650 days"]);
}
