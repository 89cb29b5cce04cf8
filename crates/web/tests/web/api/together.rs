//! Many programs at once: no update is lost, and the changes feed leads to exactly the current contacts.

use super::{Program, with_program};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many times each program increments the contact that all programs change.
const COUNTED: usize = 4;

/// The copy of the contacts that a program keeps by following the changes.
#[derive(Default)]
struct Copy {
    contacts: BTreeMap<String, Value>,
    position: String,
}

impl Copy {
    /// Applies the next page of changes. Returns whether there may be more.
    async fn follow(&mut self, program: &Program) -> bool {
        let path = format!("/api/v1/contacts/changes?since={}&limit=50", self.position);
        let changes = program.get(&path).await.expect(200).json();
        for contact in changes["contacts"].as_array().unwrap() {
            let id = contact["id"].as_str().unwrap().to_owned();
            self.contacts.insert(id, contact.clone());
        }
        for id in changes["removed"].as_array().unwrap() {
            self.contacts.remove(id.as_str().unwrap());
        }
        self.position = changes["next"].as_str().unwrap().to_owned();
        changes["more"] == true
    }
}

async fn create(program: &Program, name: &str) -> String {
    let body = json!({"contact": {"first_name": name, "notes": "0"}});
    let made = program.post("/api/v1/contacts", &body).await.expect(201);
    made.header("location").to_owned()
}

/// Increments the number in the notes of a contact, and retries while another program was faster.
async fn count_up(program: &Program, place: &str) {
    loop {
        let read = program.get(place).await.expect(200);
        let count: usize = read.json()["contact"]["notes"].as_str().unwrap().parse().unwrap();
        let patch = json!({"contact": {"notes": (count + 1).to_string()}}).to_string();
        let headers = [("if-match", read.header("etag"))];
        let patched = program.ask("PATCH", place, &headers, &patch).await;
        match patched.status.as_u16() {
            200 => return,
            412 => assert!(!patched.json()["current"].is_null()),
            other => unreachable!("{other}: {}", patched.text),
        }
    }
}

/// The work of one program: contacts of its own, and the contact that all programs share.
async fn work(program: Program, number: usize, shared: String) {
    for round in 0..COUNTED {
        let own = create(&program, &format!("P{number}R{round}")).await;
        count_up(&program, &shared).await;
        count_up(&program, &own).await;
        if round % 2 == 0 {
            let tag = program.get(&own).await.expect(200).header("etag").to_owned();
            program.ask("DELETE", &own, &[("if-match", &tag)], "").await.expect(204);
        }
    }
}

async fn together(programs: usize) {
    let (site, first) = with_program().await;
    let ada = site.app.actor_of("ada@example.org").unwrap();
    let shared = create(&first, "Everybody").await;
    let mut copy = Copy {
        position: "0".to_owned(),
        ..Copy::default()
    };
    // The rate limit is per token.
    let tokens: Vec<Program> = (0..programs.min(40)).map(|_| Program::new(&site, ada)).collect();
    let mut working = tokio::task::JoinSet::new();
    for number in 0..programs {
        working.spawn(work(tokens[number % tokens.len()].clone(), number, shared.clone()));
    }
    let mut ended = 0;
    while ended < programs {
        tokio::select! {
            one = working.join_next() => {
                one.unwrap().unwrap();
                ended += 1;
            }
            () = tokio::time::sleep(std::time::Duration::from_millis(20)) => {
                copy.follow(&first).await;
            }
        }
    }
    while copy.follow(&first).await {}
    let counted = &copy.contacts[shared.rsplit_once('/').unwrap().1];
    assert_eq!(
        counted["contact"]["notes"],
        (programs * COUNTED).to_string(),
        "no update is lost"
    );
    let mut stored = BTreeMap::new();
    for id in copy.contacts.keys() {
        let contact = first.get(&format!("/api/v1/contacts/{id}")).await.expect(200).json();
        stored.insert(id.clone(), contact);
    }
    assert_eq!(copy.contacts, stored);
    let exported = first.get("/api/v1/exports?format=jsonl").await.expect(200);
    assert_eq!(exported.text.lines().count(), stored.len());
    assert_eq!(stored.len(), programs * COUNTED / 2 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_work_at_once_lose_nothing() {
    together(6).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes two minutes; a smaller number of programs is always tried"]
async fn a_hundred_programs_that_work_at_once_lose_nothing() {
    together(100).await;
}
