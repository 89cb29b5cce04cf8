//! `crystalqore member`, and commands that act as a member: each member sees only their own data.

use crate::scratch::Scratch;

const PEOPLE: &str = "First Name,Email\nAnn,ann@example.com\nBen,ben@example.com\n";

/// Ada owns the workspace and the contact Ann; Bob is a member.
fn two() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("ann.csv", "First Name,Email\nAnn,ann@example.com\n");
    scratch.write("people.csv", PEOPLE);
    scratch.import("ann.csv", &[]);
    add(&scratch, "ada", &[]).expect(0).says(&["an owner"]);
    add(&scratch, "bob", &[]).expect(0).says(&["a member"]);
    scratch
}

fn add(scratch: &Scratch, name: &str, options: &[&str]) -> crate::scratch::Run {
    let email = format!("{name}@example.org");
    let arguments = ["member", "add", &email, "--name", name, "--password-stdin"];
    scratch.run_with_input(&[&arguments[..], options].concat(), "correct horse\n")
}

fn as_member<'a>(arguments: &[&'a str], email: &'a str) -> Vec<&'a str> {
    [arguments, &["--as", email]].concat()
}

#[test]
fn members_are_added_listed_and_removed() {
    let scratch = two();
    add(&scratch, "bob", &[]).expect(1).says(&["already"]);
    add(&scratch, "cy", &["--role", "admin"]).expect(0).says(&["an admin"]);
    let list = scratch.run(&["member", "list", "--json"]).expect(0).json();
    let roles: Vec<_> = list["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].clone())
        .collect();
    assert_eq!(roles, ["owner", "member", "admin"]);
    assert_eq!(list["members"][0]["contacts"], 1);
    scratch
        .run(&["member", "list"])
        .expect(0)
        .says(&["ada@example.org", "last seen"]);
    scratch
        .run(&as_member(&["import", "people.csv"], "bob@example.org"))
        .expect(0);
    let removed = scratch
        .run(&[
            "member",
            "remove",
            "bob@example.org",
            "--hand-to",
            "cy@example.org",
            "--json",
        ])
        .expect(0)
        .json();
    assert_eq!((&removed["contacts"], &removed["imports"]), (&2.into(), &1.into()));
    let out = scratch
        .run(&as_member(&["export"], "cy@example.org"))
        .expect(0)
        .out
        .clone();
    assert!(out.contains("ben@example.com"), "{out}");
    let again = [
        "member",
        "remove",
        "bob@example.org",
        "--hand-to",
        "cy@example.org",
        "--json",
    ];
    assert_eq!(scratch.run(&again).expect(1).error_code(), "no_such_member");
    let owner = ["member", "remove", "ada@example.org", "--hand-to", "cy@example.org"];
    scratch.run(&owner).expect(5).says(&["you cannot do this to yourself"]);
}

#[test]
fn somebody_is_invited_by_a_link() {
    let scratch = Scratch::new();
    scratch
        .run(&["member", "add", "x@example.org"])
        .expect(1)
        .says(&["there is no account yet"]);
    let scratch = two();
    let run = scratch.run(&[
        "member",
        "add",
        "cy@example.org",
        "--url",
        "https://contacts.example.org/",
    ]);
    assert!(
        run.expect(0).out.starts_with("https://contacts.example.org/join/"),
        "{}",
        run.out
    );
    run.says(&["once, until"]);
    let json = scratch
        .run(&["member", "add", "cy@example.org", "--role", "admin", "--json"])
        .expect(0)
        .json();
    assert!(json["link"].as_str().unwrap().starts_with("/join/"));
    scratch
        .run(&["member", "add", "cy"])
        .expect(1)
        .says(&["Enter an email address"]);
    scratch
        .run(&["member", "add", "cy@example.org", "--password-stdin"])
        .expect(2);
}

#[test]
fn a_command_acts_as_the_member_that_is_named() {
    let scratch = two();
    let bob = |arguments: &[&str]| {
        let words = [arguments, &["--as", "bob@example.org"]].concat();
        scratch.run(&words)
    };
    bob(&["import", "people.csv", "--rejected", "bad.csv"]).expect(0);
    // Bob does not see Ada's Ann, so his own Ann is new.
    let mine = bob(&["export", "--format", "jsonl"]).expect(0).out.clone();
    assert_eq!(mine.lines().count(), 2);
    let adas = scratch.run(&["export", "--format", "jsonl"]).expect(0).out.clone();
    assert_eq!(adas.lines().count(), 1, "{adas}");
    let imports = |run: crate::scratch::Run| run.expect(0).json()["imports"].as_array().unwrap().len();
    assert_eq!(imports(bob(&["imports", "--json"])), 1);
    assert_eq!(imports(scratch.run(&["imports", "--json"])), 1);
    // Imports of another member are reported as nonexistent.
    for command in ["rejected", "undo", "resume"] {
        bob(&[command, "1"]).expect(1).says(&["there is no import 1"]);
        scratch.run(&[command, "2"]).expect(1).says(&["there is no import 2"]);
    }
    bob(&["undo", "2"]).expect(0).says(&["2 contacts removed"]);
    bob(&["resume"]).expect(0);
}

#[test]
fn roles_hold_for_commands_too() {
    let scratch = two();
    add(&scratch, "cy", &["--role", "admin"]).expect(0);
    let commands: [&[&str]; 4] = [
        &["member", "add", "x@example.org"],
        &["member", "remove", "cy@example.org", "--hand-to", "bob@example.org"],
        &["member", "add", "y@example.org", "--role", "owner"],
        &["member", "remove", "ada@example.org", "--hand-to", "bob@example.org"],
    ];
    let codes = |email: &str| {
        let run = |command: &&[&str]| scratch.run(&[*command, &["--as", email]].concat()).code.unwrap();
        commands.iter().map(run).collect::<Vec<_>>()
    };
    assert_eq!(codes("bob@example.org"), [5, 5, 5, 5]);
    // Nobody can remove themselves, and an admin can neither create nor remove an owner.
    assert_eq!(codes("cy@example.org"), [0, 5, 5, 5]);
    assert_eq!(codes("ada@example.org"), [0, 0, 0, 5]);
    let names = scratch
        .run(&as_member(&["member", "list", "--json"], "bob@example.org"))
        .expect(0)
        .json();
    assert_eq!(names["members"][0]["contacts"], serde_json::Value::Null);
}

#[test]
fn who_is_not_an_active_member_cannot_be_acted_as() {
    let mut scratch = two();
    for email in ["nobody@example.org", "x"] {
        let run = scratch.run(&as_member(&["imports", "--json"], email));
        assert_eq!(run.expect(1).error_code(), "no_such_member");
    }
    scratch.set("CRYSTALQORE_AS", "bob@example.org");
    let imports = scratch.run(&["imports", "--json"]).expect(0).json();
    assert_eq!(imports["imports"].as_array().unwrap().len(), 0);
}

#[test]
fn waits_and_second_factors_are_ended_from_the_command_line() {
    let scratch = two();
    scratch
        .run(&["member", "unlock"])
        .expect(0)
        .says(&["Everybody can try"]);
    let one = scratch.run(&["member", "unlock", "bob@example.org", "--json"]);
    assert_eq!(one.expect(0).json()["unlocked"], "bob@example.org");
    let unknown = scratch.run(&["member", "unlock", "x@example.org", "--json"]);
    assert_eq!(unknown.expect(1).error_code(), "no_such_member");
    let reset = ["member", "reset-second-factor", "bob@example.org"];
    scratch.run(&reset).expect(0).says(&["has no second factor"]);
    // A member may not manage others.
    scratch
        .run(&as_member(&["member", "unlock"], "bob@example.org"))
        .expect(5);
    scratch.run(&as_member(&reset, "bob@example.org")).expect(5);
}

#[test]
fn a_password_that_is_easy_to_guess_makes_no_account() {
    let scratch = Scratch::new();
    let arguments = ["member", "add", "ada@example.org", "--name", "Ada", "--password-stdin"];
    for easy in ["short", "123456789012", "ada@example.org"] {
        scratch.run_with_input(&arguments, format!("{easy}\n")).expect(1);
    }
    scratch.run_with_input(&arguments, "correct horse\n").expect(0);
}
