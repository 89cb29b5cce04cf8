//! A law: whatever several members do to their contacts and ask with their tokens, no answer has a value of a contact that the
//! member who asks may not see at that moment.
//!
//! Every contact has a mark in its name, its notes and a tag that nothing else has; every answer is searched for all marks.

use super::{Program, Reply, joined, with_program};
use crate::site::Site;
use app::{Actor, Attempt, Role};
use model::ContactId;
use proptest::prelude::*;
use serde_json::{Value, json};

const MEMBERS: usize = 4;
const CONTACTS: usize = 6;

/// One request: of whom, about which contact, another contact or member, and which.
#[derive(Clone, Debug)]
struct Step {
    who: usize,
    contact: usize,
    other: usize,
    what: u8,
}

fn step() -> impl Strategy<Value = Step> {
    (0..MEMBERS, 0..CONTACTS, 0..CONTACTS, 0..32_u8).prop_map(|(who, contact, other, what)| Step {
        who,
        contact,
        other,
        what,
    })
}

/// What nobody writes by accident.
fn mark(contact: usize) -> String {
    format!("zqx{contact}xqz")
}

struct World {
    site: Site,
    members: Vec<Actor>,
    programs: Vec<Program>,
    contacts: Vec<ContactId>,
    /// Where each member follows the changes.
    positions: Vec<String>,
    /// What can be undone, and by whom.
    actions: Vec<(usize, String)>,
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
                post(
                    "/api/v1/contacts:share",
                    json!({"contacts": ids, "to": [member], "access": "view"}),
                )
                .await
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
            19 => post("/api/v1/contacts:tag", json!({"contacts": ids, "tag": "plain"})).await,
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
                    // Others find no such action.
                    self.programs[step.other % MEMBERS].post_nothing(&undo).await;
                    let mut undone = self.programs[who].post_nothing(&undo).await;
                    undone.text.clear();
                    undone
                }
                None => program.get("/api/v1/tags").await,
            },
            30 | 31 => self.webhook(step, &program).await,
            _ if step.contact != step.other => {
                post(
                    "/api/v1/duplicates:dismiss",
                    json!({"contacts": [id.to_string(), other.to_string()]}),
                )
                .await
            }
            _ => self.preview(step, &program).await,
        }
    }

    /// Notes what can be undone.
    fn acted(&mut self, who: usize, reply: Reply) -> Reply {
        if let Some(action) = reply.json()["action"].as_str() {
            self.actions.push((who, action.to_owned()));
        }
        reply
    }

    /// Makes a webhook, or looks at deliveries of webhooks: only of contacts that their members may see at this moment.
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

    /// A file with the email of a contact: what it matches is shown.
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

    /// Fails if an answer to a member has the mark of a contact that they may not see.
    fn check(&self, step: &Step, reply: &Reply) -> Result<(), TestCaseError> {
        prop_assert!(!reply.status.is_server_error(), "{step:?}: {}", reply.text);
        for (at, id) in self.contacts.iter().enumerate() {
            if !reply.text.contains(&mark(at)) {
                continue;
            }
            // A merge gives its values to the contact that stays.
            let may_see = self.contacts.iter().any(|other| {
                let seen = self.site.app.contact(self.members[step.who], *other);
                seen.is_ok_and(|seen| other == id || seen.contact.to_json().contains(&mark(at)))
            });
            // The word that was asked for may be repeated.
            let asked = step.what == 3 && at == step.contact && !reply.status.is_success();
            prop_assert!(may_see || asked, "{step:?} shows contact {at}: {}", reply.text);
        }
        Ok(())
    }
}

/// A case asks for up to 80 pages.
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
