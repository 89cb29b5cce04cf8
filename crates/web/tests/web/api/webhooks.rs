//! Webhooks: what is sent to a receiver, and what is not.

use super::{Program, Reply, joined, with_program};
use crate::site::{MINUTE, Site, near};
use app::{Access, Grantee, Role};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use model::{Contact, ContactId};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use web::{Serve, send_due_deliveries};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
const ALL: [&str; 5] = [
    "contact.created",
    "contact.updated",
    "contact.deleted",
    "import.finished",
    "import.undone",
];

/// A request that a receiver got.
#[derive(Clone, Debug)]
struct Received {
    head: String,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().unwrap().1.to_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn is_signed_by(&self, secret: &str) -> bool {
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let signed = format!(
            "{}.{}.{}",
            self.header("webhook-id"),
            self.header("webhook-timestamp"),
            self.body
        );
        mac.update(signed.as_bytes());
        let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|one| one == expected)
    }
}

/// A receiver on this machine. It sends the given responses, then 200.
#[derive(Clone)]
struct Receiver {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            received: Arc::default(),
            answers: Arc::default(),
        };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.take(stream).await;
            }
        });
        receiver
    }

    async fn take(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        self.received.lock().unwrap().push(Received { head, body });
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or("200 OK");
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(answer.as_bytes()).await;
    }

    fn answer(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// The requests received since the last call.
    fn received(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?a=b", self.port)
    }
}

/// A server that may send to this machine, a program of its owner, and a webhook with its secret.
struct Scene {
    site: Site,
    program: Program,
    receiver: Receiver,
    webhook: String,
    secret: String,
}

impl Scene {
    async fn begin(events: &[&str]) -> Self {
        let serve = Serve {
            private_webhooks: true,
            ..near()
        };
        let (site, _) = Site::set_up_as(serve).await;
        let program = Program::new(&site, site.app.actor_of("ada@example.org").unwrap());
        let receiver = Receiver::start().await;
        let made = create(&program, &receiver.url(), events).await.expect(201);
        let webhook = made.json()["webhook"]["id"].as_str().unwrap().to_owned();
        assert_eq!(made.header("location"), format!("/api/v1/webhooks/{webhook}"));
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        Self {
            site,
            program,
            receiver,
            webhook,
            secret,
        }
    }

    fn place(&self, rest: &str) -> String {
        format!("/api/v1/webhooks/{}{rest}", self.webhook)
    }

    /// Lets a second pass, sends the due deliveries, and returns the requests received.
    async fn sent(&self) -> Vec<Received> {
        self.site.system.pass(SECOND);
        send_due_deliveries(&self.site.web).await.unwrap();
        self.receiver.received()
    }

    /// The types of the events received, each with its contacts.
    async fn received(&self) -> Vec<(String, Vec<String>)> {
        let received = self.sent().await.into_iter().map(|one| {
            let event = one.json();
            let ids = event["data"]["contacts"].as_array().cloned().unwrap_or_default();
            let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned());
            (event["type"].as_str().unwrap().to_owned(), ids.collect())
        });
        received.collect()
    }

    async fn log(&self) -> Vec<Value> {
        let log = self.program.get(&self.place("/deliveries")).await.expect(200);
        log.json()["deliveries"].as_array().unwrap().clone()
    }

    async fn webhook(&self) -> Value {
        self.program.get(&self.place("")).await.expect(200).json()
    }

    async fn patch(&self, patch: &Value) -> Reply {
        self.program
            .ask("PATCH", &self.place(""), &[], &patch.to_string())
            .await
    }

    async fn contact(&self, name: &str) -> String {
        let body = json!({"contact": {"first_name": name}});
        let made = self.program.post("/api/v1/contacts", &body).await.expect(201);
        made.json()["id"].as_str().unwrap().to_owned()
    }
}

async fn create(program: &Program, url: &str, events: &[&str]) -> Reply {
    program
        .post("/api/v1/webhooks", &json!({"url": url, "events": events}))
        .await
}

fn event(name: &str, id: &str) -> (String, Vec<String>) {
    (name.to_owned(), vec![id.to_owned()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_delivered_with_a_signature() {
    let scene = Scene::begin(&ALL).await;
    let id = scene.contact("Ann").await;
    let received = scene.sent().await;
    assert_eq!(received.len(), 1, "{received:?}");
    let first = &received[0];
    assert!(first.head.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{}", first.head);
    assert_eq!(first.header("host"), format!("127.0.0.1:{}", scene.receiver.port));
    assert_eq!(first.header("content-type"), "application/json");
    assert!(first.is_signed_by(&scene.secret));
    assert!(!first.is_signed_by(&format!("whsec_{}", BASE64_STANDARD.encode([0; 32]))));
    let message = first.json();
    assert_eq!(
        (&message["type"], &message["data"]["contacts"]),
        (&json!("contact.created"), &json!([id]))
    );
    assert!(!first.body.contains("Ann"), "values are asked for by the API");
    // The position is valid in the changes feed.
    let since = message["data"]["since"].as_str().unwrap();
    let changes = scene
        .program
        .get(&format!("/api/v1/contacts/changes?since={since}"))
        .await
        .expect(200);
    assert_eq!(changes.json()["contacts"][0]["id"], json!(id));

    let contact = format!("/api/v1/contacts/{id}");
    let patch = r#"{"contact": {"title": "Dr"}}"#;
    let tag = scene.program.get(&contact).await.expect(200).header("etag").to_owned();
    let changed = scene
        .program
        .ask("PATCH", &contact, &[("if-match", &tag)], patch)
        .await
        .expect(200);
    assert_eq!(scene.received().await, [event("contact.updated", &id)]);
    let tag = changed.header("etag");
    scene
        .program
        .ask("DELETE", &contact, &[("if-match", tag)], "")
        .await
        .expect(204);
    assert_eq!(scene.received().await, [event("contact.deleted", &id)]);
    assert!(scene.received().await.is_empty());
    let log = scene.log().await;
    assert_eq!(log.len(), 3);
    assert!(
        log.iter()
            .all(|one| one["answer"] == "answered 200 OK" && one["next"].is_null()),
        "{log:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_sent_again_and_what_arrived_when_it_is_asked_for() {
    let scene = Scene::begin(&["contact.created"]).await;
    scene
        .receiver
        .answer(&["500 Internal Server Error", "302 Found\r\nLocation: /elsewhere"]);
    scene.contact("Ann").await;
    let first = scene.sent().await;
    assert_eq!(first.len(), 1);
    assert_eq!(scene.log().await[0]["answer"], "answered 500 Internal Server Error");
    assert!(!scene.webhook().await["failing_since"].is_null());
    // Nothing is sent for 5 s, not even another delivery. A redirect counts as a failure and is not followed.
    let other = scene.contact("Ben").await;
    assert!(scene.sent().await.is_empty());
    scene.site.system.pass(5 * SECOND);
    let second = scene.sent().await;
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].json()["data"]["contacts"], json!([other]));
    scene.site.system.pass(5 * MINUTE);
    let third = scene.sent().await;
    assert_eq!(third.len(), 2, "{third:?}");
    for sent in [&first[0], &second[0]] {
        let id = sent.header("webhook-id");
        let again = third.iter().find(|one| one.header("webhook-id") == id).unwrap();
        assert_eq!(again.body, sent.body);
        assert!(again.is_signed_by(&scene.secret));
    }
    assert!(scene.webhook().await["failing_since"].is_null());
    let log = scene.log().await;
    assert_eq!((log.len(), &log[1]["attempts"]), (2, &json!(2)));

    let delivery = first[0].header("webhook-id");
    let place = scene.place(&format!("/deliveries/{delivery}:replay"));
    let key = [("idempotency-key", "again")];
    for _ in 0..2 {
        let replayed = scene.program.ask("POST", &place, &key, "").await.expect(202);
        assert_eq!(replayed.json()["replayed"], 1);
    }
    let replayed = scene.sent().await;
    assert_eq!(replayed.len(), 1);
    assert_eq!(replayed[0].body, first[0].body);
    let nothing = scene
        .program
        .post_nothing(&scene.place("/deliveries/msg_none:replay"))
        .await;
    assert_eq!(
        (nothing.status.as_u16(), nothing.code().as_str()),
        (404, "no_such_delivery")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_fails_for_days_is_disabled_and_loses_nothing() {
    let scene = Scene::begin(&["contact.created"]).await;
    scene.receiver.answer(&["503 Service Unavailable"; 30]);
    scene.contact("Ann").await;
    let mut attempts = 0;
    for _ in 0..80 {
        attempts += scene.sent().await.len();
        scene.site.system.pass(DAY / 24);
    }
    assert_eq!(attempts, 10, "once and after nine waits, not any more");
    let disabled = scene.webhook().await;
    assert_eq!(disabled["state"], "disabled");
    let reason = disabled["reason"].as_str().unwrap();
    assert_eq!(
        reason,
        "no delivery has arrived for 3 days; the last time: answered 503 Service Unavailable"
    );
    let refused = scene.program.post_nothing(&scene.place(":test")).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (409, "webhook_stopped")
    );
    let missed = scene.contact("Ben").await;
    assert!(scene.sent().await.is_empty());
    scene.receiver.answers.lock().unwrap().clear();
    scene.patch(&json!({"active": true})).await.expect(200);
    assert_eq!(scene.webhook().await["reason"], Value::Null);
    assert!(scene.received().await.contains(&event("contact.created", &missed)));

    // A response 410 disables the webhook.
    scene.receiver.answer(&["410 Gone"]);
    scene.program.post_nothing(&scene.place(":test")).await.expect(202);
    assert_eq!(scene.sent().await[0].json()["type"], "webhook.test");
    assert_eq!(scene.webhook().await["state"], "disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_shown_once_and_rotated() {
    let scene = Scene::begin(&["contact.created"]).await;
    let listed = scene.program.get("/api/v1/webhooks").await.expect(200);
    assert!(!listed.text.contains("whsec_"), "{}", listed.text);
    let key = [("idempotency-key", "rotate")];
    let rotate = async || {
        scene
            .program
            .ask("POST", &scene.place(":rotate-secret"), &key, "")
            .await
            .expect(200)
    };
    let new = rotate().await.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, scene.secret);
    assert_eq!(
        rotate().await.json()["secret"],
        json!(new),
        "the same request has one effect"
    );
    scene.contact("Ann").await;
    let both = scene.sent().await;
    assert!(both[0].is_signed_by(&new) && both[0].is_signed_by(&scene.secret));
    scene.site.system.pass(DAY);
    scene.contact("Ben").await;
    let one = scene.sent().await;
    assert!(one[0].is_signed_by(&new) && !one[0].is_signed_by(&scene.secret));
    scene.patch(&json!({"active": false})).await.expect(200);
    scene.contact("Cy").await;
    assert!(scene.sent().await.is_empty());
    scene.program.ask("DELETE", &scene.place(""), &[], "").await.expect(204);
    assert_eq!(scene.program.get(&scene.place("")).await.code(), "no_such_webhook");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_receives_what_its_member_may_see_and_their_imports() {
    let scene = Scene::begin(&ALL).await;
    let bob = joined(&scene.site, "bob", Role::Admin);
    let app = &scene.site.app;
    let contact = Contact {
        first_name: "Zoe".into(),
        ..Contact::default()
    };
    let id: ContactId = app.create_contact(bob, contact).unwrap();
    assert!(scene.received().await.is_empty());
    let ada = [Grantee::Member(app.actor_of("ada@example.org").unwrap().member())];
    app.share(bob, &[id], &ada, Access::View).unwrap();
    // Sharing does not change the contact, but it is new to her.
    assert_eq!(scene.received().await, [event("contact.created", &id.to_string())]);
    app.unshare(bob, &[id], Some(ada[0])).unwrap();
    assert_eq!(scene.received().await, [event("contact.deleted", &id.to_string())]);

    let headers = [("content-type", "text/csv")];
    let file = "First Name\nAnn\nBen\n";
    let made = scene
        .program
        .ask("POST", "/api/v1/imports?start=true", &headers, file)
        .await
        .expect(201);
    let place = made.header("location").to_owned();
    let worker = app::Worker::start(Arc::clone(app), Quiet);
    scene
        .program
        .ask("GET", &place, &[("prefer", "wait=20")], "")
        .await
        .expect(200);
    let received = scene.received().await;
    let types: Vec<&str> = received.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(types, ["contact.created", "import.finished"], "{received:?}");
    assert_eq!(received[0].1.len(), 2);
    scene.program.post_nothing(&format!("{place}:undo")).await.expect(200);
    worker.stop();
    let undone = scene.sent().await;
    let last = undone.last().unwrap().json();
    assert_eq!(last["type"], "import.undone");
    assert_eq!(last["data"]["import"], json!(place.rsplit_once('/').unwrap().1));
    assert_eq!(undone[0].json()["data"]["contacts"].as_array().unwrap().len(), 2);

    // Another member does not find the webhook, and a webhook ends with its member.
    let other = Program::new(&scene.site, bob);
    assert_eq!(other.get(&scene.place("")).await.code(), "no_such_webhook");
    let made = create(&other, &scene.receiver.url(), &ALL).await.expect(201);
    let of_bob = format!("/api/v1/webhooks/{}", made.json()["webhook"]["id"].as_str().unwrap());
    other.post_nothing(&format!("{of_bob}:test")).await.expect(202);
    let owner = app.actor_of("ada@example.org").unwrap();
    app.deactivate(owner, bob.member()).unwrap();
    assert!(scene.sent().await.is_empty());
}

/// An observer that ignores everything.
struct Quiet;

impl app::WorkerObserver for Quiet {
    fn ended(&mut self, _: &app::ImportSummary, _: &str) {}

    fn failed(&mut self, _: Option<app::ImportId>, _: &app::Error) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_an_address_that_is_not_public() {
    let (site, program) = with_program().await;
    let receiver = Receiver::start().await;
    let made = create(&program, "https://example.org/", &["contact.created"])
        .await
        .expect(201);
    let place = format!("/api/v1/webhooks/{}", made.json()["webhook"]["id"].as_str().unwrap());
    let port = receiver.port;
    for (host, kind) in [
        ("127.0.0.1", "loopback"),
        ("localhost", "loopback"),
        ("0x7f.1", "loopback"),
        ("2130706433", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("[::1]", "loopback"),
        ("[::]", "unspecified"),
        ("[::ffff:127.0.0.1]", "IPv4-mapped"),
        ("[64:ff9b::7f00:1]", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "shared"),
        ("169.254.169.254", "link-local"),
        ("192.0.2.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("[fd00::1]", "unique-local"),
        ("[fe80::1]", "link-local"),
        ("[ff02::1]", "multicast"),
        ("[2001:db8::1]", "documentation"),
    ] {
        let patch = json!({"url": format!("http://{host}:{port}/")}).to_string();
        program.ask("PATCH", &place, &[], &patch).await.expect(200);
        let test = program.post_nothing(&format!("{place}:test")).await.expect(202);
        send_due_deliveries(&site.web).await.unwrap();
        let log = program.get(&format!("{place}/deliveries")).await.expect(200).json();
        let log = log["deliveries"].as_array().unwrap();
        let sent = log.iter().find(|one| one["id"] == test.json()["id"]).unwrap();
        let answer = sent["answer"].as_str().unwrap_or_default();
        assert!(answer.contains(&format!("not public ({kind})")), "{host}: {answer}");
    }
    assert!(receiver.received().is_empty());
    for (url, what) in [
        ("ftp://example.org/", "begins with https"),
        ("https://ada:x@example.org/", "no name and password"),
        ("https://example.org:22/", "port"),
        ("nowhere", "no address"),
    ] {
        let refused = create(&program, url, &["contact.created"]).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/url");
        assert!(refused.text.contains(what), "{}", refused.text);
    }
    let nothing = create(&program, "https://example.org/", &[]).await.expect(422);
    assert_eq!(nothing.json()["errors"][0]["pointer"], "/events");
}

#[tokio::test]
async fn the_page_makes_shows_and_deletes_webhooks() {
    let (site, mut browser) = Site::set_up().await;
    assert!(
        browser
            .get("/account")
            .await
            .body
            .contains("href=\"/account/webhooks\"")
    );
    let form = "url=https%3A%2F%2Fexample.org%2Fhook&event=import.finished&proof_password=correct%20horse";
    let made = browser.post("/account/webhooks", form).await;
    assert!(made.body.contains("whsec_"), "{}", made.body);
    let ada = site.app.actor_of("ada@example.org").unwrap();
    let id = site.app.webhooks(ada).unwrap()[0].id.clone();
    browser
        .post("/account/webhooks/act", &format!("webhook={id}&act=test"))
        .await;
    let page = browser.get("/account/webhooks").await.body;
    assert!(page.contains("webhook.test") && page.contains("not sent yet"), "{page}");
    assert!(!page.contains("whsec_"));
    let wrong = browser
        .post("/account/webhooks", "url=nowhere&event=import.finished")
        .await;
    assert!(
        wrong.status == 422 && wrong.body.contains("this is no address"),
        "{}",
        wrong.body
    );
    for (act, words) in [
        ("pause", "Paused"),
        ("activate", "✓ Active"),
        ("delete", "No webhooks yet"),
    ] {
        browser
            .post("/account/webhooks/act", &format!("webhook={id}&act={act}"))
            .await;
        let page = browser.get("/account/webhooks").await.body;
        assert!(page.contains(words), "{act}: {page}");
    }
}
