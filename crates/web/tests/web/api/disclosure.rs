//! A property test: whatever several members do with their contacts and request with their tokens, no response contains
//! a value of a contact that the requesting member may not see at that moment.
//!
//! Every contact has a unique mark in its name, its notes and a tag; every response is searched for all marks. The
//! requests cover every operation of the document.

use super::document::{document, operations};
use super::{Program, Reply, joined, with_program};
use crate::site::Site;
use app::{Actor, Attempt, Error, ImportId, ImportSummary, Role, Worker, WorkerObserver};
use model::ContactId;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const MEMBERS: usize = 4;
const CONTACTS: usize = 6;
/// The number of kinds of requests.
const KINDS: u8 = 43;

/// One request: the member, the contact, another contact or member, and the kind.
#[derive(Clone, Debug)]
struct Step {
    who: usize,
    contact: usize,
    other: usize,
    what: u8,
}

fn step() -> impl Strategy<Value = Step> {
    (0..MEMBERS, 0..CONTACTS, 0..CONTACTS, 0..KINDS).prop_map(|(who, contact, other, what)| Step {
        who,
        contact,
        other,
        what,
    })
}

/// A text that does not occur by accident.
fn mark(contact: usize) -> String {
    format!("zqx{contact}xqz")
}

struct World {
    site: Site,
    members: Vec<Actor>,
    programs: Vec<Program>,
    contacts: Vec<ContactId>,
    /// The position of each member in the changes.
    positions: Vec<String>,
    /// The actions that can be undone, with the member who did them.
    actions: Vec<(usize, String)>,
    /// The addresses of imports, with the member who owns each.
    imports: Vec<(usize, String)>,
    guests: usize,
    worker: Option<Worker>,
}

/// An observer that ignores everything.
struct Quiet;

impl WorkerObserver for Quiet {
    fn ended(&mut self, _: &ImportSummary, _: &str) {}

    fn failed(&mut self, _: Option<ImportId>, _: &Error) {}
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.stop_within(Duration::from_secs(1));
        }
    }
}

/// The responses to several requests in one. None of them may be a server error.
async fn all(program: &Program, requests: &[(&str, &str, &str)]) -> Reply {
    let mut texts = String::new();
    let mut last = program.get("/api/v1/tags").await;
    for (method, path, body) in requests {
        last = program.ask(method, path, &[], body).await;
        assert!(!last.status.is_server_error(), "{method} {path}: {}", last.text);
        texts.push_str(&last.text);
    }
    last.text = texts;
    last
}

impl World {
    async fn begin() -> Self {
        let (site, _) = with_program().await;
        // Roles give no right to contacts.
        let roles = [Role::Owner, Role::Admin, Role::Member, Role::Member];
        let members: Vec<Actor> = roles
            .into_iter()
            .enumerate()
            .map(|(at, role)| joined(&site, &format!("m{at}"), role))
            .collect();
        let programs: Vec<Program> = members.iter().map(|actor| Program::new(&site, *actor)).collect();
        let mut contacts = Vec::new();
        for at in 0..CONTACTS {
            let contact = json!({"contact": {
                "first_name": mark(at), "last_name": "Same", "notes": format!("about {}", mark(at)),
                "tags": [mark(at)], "emails": [{"value": format!("e{}@x.example", at / 2)}],
            }});
            let made = programs[at % MEMBERS]
                .post("/api/v1/contacts", &contact)
                .await
                .expect(201);
            contacts.push(made.json()["id"].as_str().unwrap().parse().unwrap());
        }
        Self {
            positions: vec!["0".to_owned(); MEMBERS],
            actions: Vec::new(),
            imports: Vec::new(),
            guests: 0,
            worker: Some(Worker::start(Arc::clone(&site.app), Quiet)),
            site,
            members,
            programs,
            contacts,
        }
    }

    async fn ask(&mut self, step: &Step) -> Reply {
        let program = self.programs[step.who].clone();
        let (id, other) = (self.contacts[step.contact], self.contacts[step.other]);
        let member = self.members[step.other % MEMBERS].member().0.to_string();
        let place = format!("/api/v1/contacts/{id}");
        let ids = json!([id.to_string()]);
        let post = async |path: &str, body: Value| program.post(path, &body).await;
        let tag = async || {
            let version = self
                .site
                .app
                .contact(self.members[step.who], id)
                .map_or(1, |stored| stored.version);
            format!("\"{version}\"")
        };
        match step.what {
            0 => program.get(&place).await,
            1 => program.get("/api/v1/contacts").await,
            2 => program.get("/api/v1/contacts?scope=shared&sort=changed").await,
            3 => {
                program
                    .get(&format!("/api/v1/contacts?filter={}", mark(step.contact)))
                    .await
            }
            4 => program.get(&format!("{place}/history")).await,
            5 => program.get(&format!("{place}/shares")).await,
            6 => program.get("/api/v1/exports?format=jsonl").await,
            7 => program.get("/api/v1/exports").await,
            8 => program.get("/api/v1/tags").await,
            9 => program.get("/api/v1/duplicates").await,
            10 => program.get("/api/v1/audit").await,
            11 | 12 => self.follow(step.who, &program).await,
            13 => {
                let share = json!({"contacts": ids, "to": [member], "access": "view"});
                self.acted(step.who, post("/api/v1/contacts:share", share).await)
            }
            14 => {
                post(
                    "/api/v1/contacts:share",
                    json!({"contacts": ids, "to": [member], "access": "edit"}),
                )
                .await
            }
            15 => {
                post(
                    "/api/v1/contacts:share",
                    json!({"contacts": ids, "to": ["everyone"], "access": "view"}),
                )
                .await
            }
            16 => post("/api/v1/contacts:unshare", json!({"contacts": ids})).await,
            17 => post("/api/v1/contacts:unshare", json!({"contacts": ids, "from": member})).await,
            18 => post("/api/v1/contacts:transfer", json!({"contacts": ids, "to": member})).await,
            19 => {
                let tag = json!({"contacts": ids, "tag": "plain"});
                self.acted(step.who, post("/api/v1/contacts:tag", tag).await)
            }
            20 => {
                program
                    .ask(
                        "PATCH",
                        &place,
                        &[("if-match", "\"1\"")],
                        r#"{"contact": {"title": "x"}}"#,
                    )
                    .await
            }
            21 => {
                let tag = tag().await;
                let patch = r#"{"contact": {"title": "y"}}"#;
                program.ask("PATCH", &place, &[("if-match", &tag)], patch).await
            }
            22 => {
                let upsert = json!({"op": "upsert", "email": format!("e{}@x.example", step.contact / 2), "contact": {"title": "z"}});
                let update = json!({"op": "update", "id": id.to_string(), "contact": {"company": "Acme"}});
                post("/api/v1/contacts:batch", json!({"operations": [upsert, update]})).await
            }
            23 => {
                let tag = tag().await;
                program.ask("DELETE", &place, &[("if-match", &tag)], "").await
            }
            24 => program.post_nothing(&format!("{place}:restore")).await,
            26 => {
                let merge = json!({"keep": id.to_string(), "merge": [other.to_string()]});
                self.acted(step.who, post("/api/v1/contacts:merge", merge).await)
            }
            27 => {
                let tag = tag().await;
                let values = json!({"contact": {"first_name": mark(step.contact)}}).to_string();
                program.ask("PUT", &place, &[("if-match", &tag)], &values).await
            }
            28 => {
                let mut all = program.get("/api/v1/views").await.expect(200);
                for path in ["members", "fields", "imports", "settings", "invitations", "webhooks"] {
                    all.text.push_str(&program.get(&format!("/api/v1/{path}")).await.text);
                }
                all
            }
            29 => match self.actions.pop() {
                Some((who, action)) => {
                    let undo = format!("/api/v1/actions/{action}:undo");
                    // Other members do not find the action.
                    self.programs[step.other % MEMBERS].post_nothing(&undo).await;
                    let mut undone = self.programs[who].post_nothing(&undo).await;
                    undone.text.clear();
                    undone
                }
                None => program.get("/api/v1/tags").await,
            },
            30 | 31 => self.webhook(step, &program).await,
            32 => {
                let name = step.contact.to_string();
                let invite = json!({"email": format!("g{name}@example.org")}).to_string();
                let revoke = format!("/api/v1/invitations/g{name}@example.org");
                all(
                    &program,
                    &[
                        ("POST", "/api/v1/invitations", &invite),
                        ("GET", "/api/v1/invitations", ""),
                        ("DELETE", &revoke, ""),
                    ],
                )
                .await
            }
            33 => self.bar(step, &program).await,
            34 => self.leave(step, &program).await,
            35 => self.workspace(step, &program).await,
            36 => self.change_webhook(&program).await,
            37 => self.begin_import(step, &program).await,
            38 | 39 => self.look_at_import(step).await,
            40 => self.change_import(step).await,
            41 => self.run_import(step).await,
            42 => self.undo_import(step).await,
            25 if step.contact != step.other => {
                post(
                    "/api/v1/duplicates:dismiss",
                    json!({"contacts": [id.to_string(), other.to_string()]}),
                )
                .await
            }
            _ => self.preview(step, &program).await,
        }
    }

    /// Deactivates a member and activates them again.
    async fn bar(&mut self, step: &Step, program: &Program) -> Reply {
        let barred = step.other % MEMBERS;
        let place = format!("/api/v1/members/{}", self.members[barred].member().0);
        let reply = all(program, &[("POST", &format!("{place}:deactivate"), "")]).await;
        if reply.status.is_success() {
            let late = self.programs[barred].get("/api/v1/contacts").await;
            assert_eq!(late.status.as_u16(), 401, "{}", late.text);
            all(program, &[("POST", &format!("{place}:activate"), "")]).await;
            // The previous tokens are no longer valid.
            let fresh = Program::new(&self.site, self.members[barred]);
            self.programs[barred].token = fresh.token;
        }
        reply
    }

    /// Transfers a contact to a guest, who is then removed: another member gets it.
    async fn leave(&mut self, step: &Step, program: &Program) -> Reply {
        self.guests += 1;
        let guest = joined(&self.site, &format!("guest{}", self.guests), Role::Member);
        let guest = guest.member().0.to_string();
        let ids = [self.contacts[step.contact].to_string()];
        let to = self.members[step.other % MEMBERS].member().0.to_string();
        let give = json!({"contacts": ids, "to": guest}).to_string();
        let hand_to = json!({"hand_to": to}).to_string();
        let remove = format!("/api/v1/members/{guest}:remove");
        let asked = [
            ("POST", "/api/v1/contacts:transfer", &*give),
            ("POST", &remove, &hand_to),
        ];
        let reply = all(program, &asked).await;
        let owner = &self.programs[0];
        owner.ask("POST", &remove, &[], &hand_to).await;
        reply
    }

    /// Changes resources of the workspace.
    async fn workspace(&self, step: &Step, program: &Program) -> Reply {
        let field = json!({"name": format!("Field {}", step.contact)}).to_string();
        let view = json!({"name": "View", "query": "q=x", "shared": step.other.is_multiple_of(2)}).to_string();
        let reply = all(
            program,
            &[
                ("POST", "/api/v1/fields", &field),
                ("PATCH", "/api/v1/fields/1", r#"{"archived": false}"#),
                ("PATCH", "/api/v1/settings", r#"{"country": "US"}"#),
                ("POST", "/api/v1/views", &view),
                ("GET", "/api/v1/views", ""),
            ],
        )
        .await;
        let views = program.get("/api/v1/views").await.json();
        let place = format!("/api/v1/views/{}", views["views"][0]["id"].as_str().unwrap_or("1"));
        let tag = json!({"contacts": [self.contacts[step.contact].to_string()], "tag": "plain"}).to_string();
        let mut more = all(
            program,
            &[
                ("PUT", &place, &view),
                ("DELETE", &place, ""),
                ("POST", "/api/v1/contacts:untag", &tag),
            ],
        )
        .await;
        more.text.push_str(&reply.text);
        more
    }

    /// Calls every operation on a webhook.
    async fn change_webhook(&self, program: &Program) -> Reply {
        let webhooks = program.get("/api/v1/webhooks").await.json();
        let place = format!(
            "/api/v1/webhooks/{}",
            webhooks["webhooks"][0]["id"].as_str().unwrap_or("1")
        );
        let log = format!("{place}/deliveries");
        let deliveries = program.get(&log).await.json();
        let delivery = deliveries["deliveries"][0]["id"].as_str().unwrap_or("1").to_owned();
        all(
            program,
            &[
                ("GET", &place, ""),
                ("PATCH", &place, r#"{"active": true}"#),
                ("POST", &format!("{place}:test"), ""),
                ("POST", &format!("{place}:rotate-secret"), ""),
                ("POST", &format!("{place}:replay"), ""),
                ("POST", &format!("{log}/{delivery}:replay"), ""),
                ("GET", &log, ""),
                ("DELETE", &place, ""),
            ],
        )
        .await
    }

    /// Imports a file that changes the contacts with an email, as far as the member may.
    async fn begin_import(&mut self, step: &Step, program: &Program) -> Reply {
        let file = format!("Job Title,Email\nBoss,e{}@x.example\nNobody,none\n", step.contact / 2);
        let headers = [("content-type", "text/csv")];
        let path = "/api/v1/imports?duplicates=update&match=email";
        let made = program.ask("POST", path, &headers, &file).await.expect(201);
        self.imports.push((step.who, made.header("location").to_owned()));
        made
    }

    /// The program of an import's owner and the import's address, if the member has an import.
    fn import_of(&self, step: &Step) -> Option<(Program, String)> {
        let own: Vec<&String> = self
            .imports
            .iter()
            .filter(|(who, _)| *who == step.who)
            .map(|(_, place)| place)
            .collect();
        let place = own.get(step.contact.checked_rem(own.len())?)?;
        Some((self.programs[step.who].clone(), (*place).clone()))
    }

    /// Reads everything about an import of the member; if the member has none, tries one of another member.
    async fn look_at_import(&self, step: &Step) -> Reply {
        let other = self.imports.last().map_or("/api/v1/imports/1", |(_, place)| place);
        let program = self.programs[step.who].clone();
        let Some((program, place)) = self.import_of(step) else {
            let found = program.get(other).await;
            assert!(!found.status.is_success(), "another member's import: {}", found.text);
            return found;
        };
        program.ask("GET", &place, &[("prefer", "wait=10")], "").await;
        let mut shown = all(
            &program,
            &[
                ("GET", &place, ""),
                ("GET", &format!("{place}/columns"), ""),
                ("GET", &format!("{place}/events"), ""),
                ("GET", &format!("{place}/rejected.csv"), ""),
                ("POST", &format!("{place}:undo?dry_run=true"), ""),
            ],
        )
        .await;
        for class in [
            "new",
            "update",
            "unchanged",
            "duplicate",
            "possible",
            "ambiguous",
            "conflict",
            "invalid",
        ] {
            let rows = program.get(&format!("{place}/rows?class={class}")).await;
            assert!(!rows.status.is_server_error(), "{}", rows.text);
            shown.text.push_str(&rows.text);
        }
        shown
    }

    async fn change_import(&self, step: &Step) -> Reply {
        let Some((program, place)) = self.import_of(step) else {
            return self.programs[step.who].get("/api/v1/imports").await;
        };
        let fill = r#"{"options": {"duplicates": "fill"}}"#;
        let mut changed = all(
            &program,
            &[
                ("PATCH", &place, fill),
                (
                    "PATCH",
                    &format!("{place}/rows/2"),
                    r#"{"cells": {"Job Title": "Chief"}}"#,
                ),
                ("POST", &format!("{place}:accept-suggestions"), ""),
            ],
        )
        .await;
        if step.other == 0 {
            let dropped = program.ask("DELETE", &place, &[], "").await;
            changed.text.push_str(&dropped.text);
        }
        changed
    }

    async fn run_import(&self, step: &Step) -> Reply {
        let Some((program, place)) = self.import_of(step) else {
            return self.programs[step.who].get("/api/v1/imports").await;
        };
        let run = all(
            &program,
            &[
                ("POST", &format!("{place}:start"), ""),
                ("POST", &format!("{place}:cancel"), ""),
                ("POST", &format!("{place}:resume"), ""),
            ],
        )
        .await;
        program.ask("GET", &place, &[("prefer", "wait=10")], "").await;
        run
    }

    async fn undo_import(&self, step: &Step) -> Reply {
        match self.import_of(step) {
            Some((program, place)) => all(&program, &[("POST", &format!("{place}:undo"), "")]).await,
            None => self.programs[step.who].get("/api/v1/imports").await,
        }
    }

    /// Records an action that can be undone.
    fn acted(&mut self, who: usize, reply: Reply) -> Reply {
        if let Some(action) = reply.json()["action"].as_str() {
            self.actions.push((who, action.to_owned()));
        }
        reply
    }

    /// Creates a webhook, or checks deliveries: they may only name contacts that their members may see at this moment.
    async fn webhook(&mut self, step: &Step, program: &Program) -> Reply {
        let events = json!(["contact.created", "contact.updated", "contact.deleted"]);
        let body = json!({"url": "https://example.org/hook", "events": events});
        let made = program.post("/api/v1/webhooks", &body).await;
        let app = &self.site.app;
        for webhook in app.gather_deliveries().unwrap() {
            let owner = self.members.iter().find(|actor| app.webhook(**actor, &webhook).is_ok());
            while let Some(due) = app.take_delivery(&webhook).unwrap() {
                let message: Value = serde_json::from_str(&due.body).unwrap();
                let ids = message["data"]["contacts"].as_array().unwrap().iter();
                for id in ids.map(|id| id.as_str().unwrap().parse().unwrap()) {
                    let is_seen = app.contact(*owner.unwrap(), id).is_ok();
                    assert_eq!(is_seen, message["type"] != "contact.deleted", "{step:?}: {message}");
                }
                let attempt = Attempt {
                    arrived: true,
                    gone: false,
                    answer: String::new(),
                };
                app.note_attempt(&due, &attempt).unwrap();
            }
        }
        let list = program.get("/api/v1/webhooks").await;
        if let Some(id) = made.json()["webhook"]["id"].as_str() {
            program
                .get(&format!("/api/v1/webhooks/{id}/deliveries"))
                .await
                .expect(200);
        }
        list
    }

    async fn follow(&mut self, who: usize, program: &Program) -> Reply {
        let reply = program
            .get(&format!("/api/v1/contacts/changes?since={}", self.positions[who]))
            .await;
        if let Some(next) = reply.json()["next"].as_str() {
            self.positions[who] = next.to_owned();
        }
        reply
    }

    /// Previews a file with the email of a contact: the preview shows the matches.
    async fn preview(&self, step: &Step, program: &Program) -> Reply {
        let file = format!("First Name,Email\nPlain,e{}@x.example\n", step.contact / 2);
        let headers = [("content-type", "text/csv")];
        let made = program
            .ask("POST", "/api/v1/imports", &headers, &file)
            .await
            .expect(201);
        let place = made.header("location").to_owned();
        program
            .ask("GET", &place, &[("prefer", "wait=10")], "")
            .await
            .expect(200);
        let mut all = String::new();
        for class in ["new", "duplicate", "possible", "ambiguous"] {
            all.push_str(
                &program
                    .get(&format!("{place}/rows?class={class}"))
                    .await
                    .expect(200)
                    .text,
            );
        }
        let mut last = program.ask("DELETE", &place, &[], "").await.expect(204);
        last.text = all;
        last
    }

    /// Fails if a response to a member contains the mark of a contact that they may not see.
    fn check(&self, step: &Step, reply: &Reply) -> Result<(), TestCaseError> {
        prop_assert!(!reply.status.is_server_error(), "{step:?}: {}", reply.text);
        for (at, id) in self.contacts.iter().enumerate() {
            if !reply.text.contains(&mark(at)) {
                continue;
            }
            // A merge copies values into the contact that stays.
            let may_see = self.contacts.iter().any(|other| {
                let seen = self.site.app.contact(self.members[step.who], *other);
                seen.is_ok_and(|seen| other == id || seen.contact.to_json().contains(&mark(at)))
            });
            // An error may repeat the search word of the request.
            let asked = step.what == 3 && at == step.contact && !reply.status.is_success();
            prop_assert!(may_see || asked, "{step:?} shows contact {at}: {}", reply.text);
        }
        Ok(())
    }
}

/// The operations of the document that no program has called.
fn unasked(world: &World) -> Vec<String> {
    let all: Vec<BTreeSet<(String, String)>> = world
        .programs
        .iter()
        .map(|program| program.asked.lock().unwrap().clone())
        .collect();
    let asked: BTreeSet<(String, String)> = all.into_iter().flatten().collect();
    let document = document();
    let unasked = operations(&document)
        .into_iter()
        .filter(|(path, method, _)| !asked.iter().any(|(by, place)| by == method && is_of(path, place)));
    unasked.map(|(path, method, _)| format!("{method} {path}")).collect()
}

/// Whether a path matches an operation's template.
fn is_of(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(part, named)| match part.split_once('}') {
                Some((_, "")) => !named.contains(':'),
                Some((_, verb)) => named.ends_with(verb),
                None => *part == named,
            })
}

/// Operations that are not covered here, and why.
const NOT_ASKED: [(&str, &str); 0] = [];

/// Every kind of request once or twice by the owner, who may do everything, so that the random requests cover every
/// operation of the document.
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_the_document_is_among_the_requests() {
    let mut world = World::begin().await;
    for what in (0..KINDS).chain([29]) {
        // Some operations need an import that is still a draft, others one that has ended.
        for (contact, other) in [(0, 1), (2, 2)] {
            let step = Step {
                who: 0,
                contact,
                other,
                what,
            };
            let reply = world.ask(&step).await;
            world.check(&step, &reply).unwrap();
        }
    }
    let left_out: Vec<String> = NOT_ASKED.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(unasked(&world), left_out);
}

/// Reduces the number of cases: each sends up to 80 requests.
fn fewer_cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.div_ceil(16),
        ..usual
    }
}

proptest! {
    #![proptest_config(fewer_cases())]

    #[test]
    fn no_answer_has_a_value_that_its_member_may_not_see(steps in prop::collection::vec(step(), 40..80)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::begin().await;
            for step in &steps {
                let reply = world.ask(step).await;
                world.check(step, &reply)?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}
