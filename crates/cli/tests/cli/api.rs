//! The HTTP API of a real server: the examples of its documentation, and requests interrupted by a kill.

use crate::scratch::Scratch;
use crate::server::Server;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

const SCOPES: &str = "contacts:read,contacts:write,imports,exports";

fn token(scratch: &Scratch) -> String {
    let created = scratch.run(&["token", "create", "Test", "--scope", SCOPES]);
    created.expect(0);
    created.out.trim().to_owned()
}

/// The example of `docs/api.md` after a mark.
fn example(mark: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, behind) = text.split_once(&format!("<!-- run: {mark} -->")).unwrap();
    let block = behind.split("```").nth(1).unwrap();
    block.split_once('\n').unwrap().1.to_owned()
}

/// A Google export with a mistyped email, and a value that is not an email.
const GOOGLE: &str = "\
    First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,\
    Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,\
    Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,\
    Phone 1 - Label,Phone 1 - Value\n\
    Ann,,Miller,,,,,,,,,,,,,,* myContacts,* Work,ann@acme.example,Mobile,+1 415 555 2671\n\
    Ben,,Miller,,,,,,,,,,,,,,* myContacts,* Work,ben@@acme.example,,\n\
    Cy,,Miller,,,,,,,,,,,,,,* myContacts,* Work,nothing,,\n";

/// Runs an example, which has to undo its import, and returns its output.
fn run_example(program: &str, mark: &str) -> String {
    let scratch = Scratch::new();
    scratch.write("contacts.csv", GOOGLE);
    let token = token(&scratch);
    let server = Server::start(&scratch, &["serve"]);
    let output = Command::new(program)
        .args(["-c", &example(mark)])
        .env("SERVER", format!("http://{}", server.address))
        .env("TOKEN", token)
        .current_dir(scratch.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{failed}\n{}", server.end());
    assert!(said.contains("previewed"), "{said}");
    server.end();
    assert_eq!(scratch.contacts(), Vec::<Value>::new(), "the import was undone");
    let imports = scratch.imports();
    assert_eq!(
        (imports.len(), &imports[0]["state"]),
        (1, &"undone".into()),
        "{imports:?}"
    );
    said.into_owned()
}

#[test]
fn the_example_with_curl_runs() {
    run_example("sh", "curl");
}

#[test]
fn the_example_with_python_imports_a_google_export() {
    let said = run_example("python3", "python");
    for words in [
        "a file of Google Contacts",
        "-> email",
        "line 4",
        "1 values corrected",
        "2 contacts removed",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let lines = example("python").lines().count();
    assert!(lines <= 30, "the script has {lines} lines");
}

/// Sends a request and returns the answer; `None` if the connection breaks before the end of the head.
fn ask(address: &str, token: &str, request: &str, headers: &str, body: &str) -> Option<String> {
    let mut connection = send(address, token, request, headers, body)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    answer.contains("\r\n\r\n").then_some(answer)
}

fn send(address: &str, token: &str, request: &str, headers: &str, body: &str) -> Option<TcpStream> {
    let mut connection = TcpStream::connect(address).ok()?;
    let length = body.len();
    let kind = match headers.contains("Content-Type") {
        true => "",
        false => "Content-Type: application/json\r\n",
    };
    let text = format!(
        "{request} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         {kind}Content-Length: {length}\r\n{headers}\r\n{body}"
    );
    connection.write_all(text.as_bytes()).ok()?;
    Some(connection)
}

/// Repeats a request until it is no longer answered with 409 (in progress), for 90 seconds at most. Checks that these
/// answers have a `Retry-After` header.
fn ask_until_answered(address: &str, token: &str, request: &str, headers: &str, body: &str) -> String {
    let mut answer = String::new();
    for _ in 0..90 {
        answer = ask(address, token, request, headers, body).unwrap();
        if !answer.starts_with("HTTP/1.1 409") {
            break;
        }
        assert!(answer.contains("retry-after: "), "{answer}");
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    answer
}

/// Kills the server, at later and later moments, after a request with an idempotency key was sent, and repeats the
/// request.
#[test]
fn a_request_with_a_key_that_a_kill_cut_off_has_one_effect() {
    let scratch = Scratch::new();
    let token = token(&scratch);
    // With a shared database a claim is kept for a minute, because another machine may be working on it, so there is
    // only one round.
    let rounds = if testbed::wants_postgres() { 3..4 } else { 0..8_u64 };
    let (mut made, mut ids) = (0, Vec::new());
    for round in rounds {
        let server = Server::start(&scratch, &["serve"]);
        let operations: Vec<Value> = (0..200)
            .map(|n| serde_json::json!({"op": "create", "contact": {"first_name": format!("R{round}N{n}")}}))
            .collect();
        let creates = ids.is_empty();
        let (request, body) = match creates {
            true => (
                "POST /api/v1/contacts:batch",
                serde_json::json!({ "operations": operations }),
            ),
            // An action that has nothing left to do if it is repeated.
            false => (
                "POST /api/v1/contacts:tag",
                serde_json::json!({"contacts": ids, "tag": format!("t{round}")}),
            ),
        };
        let body = body.to_string();
        let key = format!("Idempotency-Key: round-{round}\r\n");
        let connection = send(&server.address, &token, request, &key, &body);
        std::thread::sleep(std::time::Duration::from_millis(round * 12));
        server.kill();
        drop(connection);
        let server = Server::start(&scratch, &["serve"]);
        let answer = ask_until_answered(&server.address, &token, request, &key, &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let answered: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        ids.clear();
        if creates {
            made += 200;
            assert_eq!(answer.matches("\"status\":201").count(), 200, "{answer}");
            let results = answered["results"].as_array().unwrap();
            ids.extend(results.iter().map(|result| result["id"].clone()));
        } else {
            assert_eq!(
                (&answered["contacts"], answered["action"].is_string()),
                (&200.into(), true),
                "{answer}"
            );
        }
        let again = ask(&server.address, &token, request, &key, &body).unwrap();
        assert!(again.contains("idempotency-replayed: true"), "{again}");
        server.end();
        assert_eq!(scratch.contacts().len(), made);
    }
}

/// A server that is killed repeatedly.
struct Killed<'s> {
    scratch: &'s Scratch,
    token: &'s str,
    server: Option<Server>,
}

impl Killed<'_> {
    fn address(&self) -> &str {
        &self.server.as_ref().unwrap().address
    }

    /// Sends a request until it is answered; the answer must have this status.
    fn asks(&self, request: &str, headers: &str, body: &str, status: u16) -> Value {
        let answer = ask_until_answered(self.address(), self.token, request, headers, body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_default()
    }

    /// Sends a request with a key, kills the server after `after` milliseconds, and sends the request to a new server
    /// twice.
    fn asks_cut_off(&mut self, request: &str, after: u64, status: u16) -> Value {
        let key = format!("Idempotency-Key: {request}\r\n");
        let connection = send(self.address(), self.token, request, &key, "");
        std::thread::sleep(std::time::Duration::from_millis(after));
        self.server.take().unwrap().kill();
        drop(connection);
        self.server = Some(Server::start(self.scratch, &["serve"]));
        let answer = self.asks(request, &key, "", status);
        assert_eq!(self.asks(request, &key, "", status), answer, "{request} again");
        answer
    }
}

/// Starts, cancels, resumes and undoes an import, and undoes an action, each by a request that is interrupted.
#[test]
fn what_a_kill_cuts_off_of_an_import_is_done_once() {
    const ROWS: usize = 5_200;
    let scratch = Scratch::new();
    let token = token(&scratch);
    // With a shared database an interrupted request blocks its repetition for a minute, so there is only one round.
    let rounds: &[u64] = if testbed::wants_postgres() { &[400] } else { &[3, 60] };
    let mut server = Killed {
        scratch: &scratch,
        token: &token,
        server: Some(Server::start(&scratch, &["serve"])),
    };
    for after in rounds {
        let rows: String = (0..ROWS)
            .map(|n| format!("R{after}N{n},n{n}@r{after}.example\n"))
            .collect();
        let file = format!("First Name,Email\n{rows}");
        let made = server.asks("POST /api/v1/imports", "Content-Type: text/csv\r\n", &file, 201);
        let place = format!("/api/v1/imports/{}", made["import"].as_str().unwrap());
        let post = |verb: &str| format!("POST {place}:{verb}");
        let ended = |server: &Killed<'_>| loop {
            let import = server.asks(&format!("GET {place}"), "Prefer: wait=30\r\n", "", 200);
            if !matches!(import["state"].as_str(), Some("running" | "cancelling" | "undoing")) {
                break import;
            }
        };
        let started = server.asks_cut_off(&post("start"), *after, 202);
        assert_eq!(started["state"], "running", "{started}");
        server.asks_cut_off(&post("cancel"), *after, 202);
        if ended(&server)["state"] == "cancelled" {
            let resumed = server.asks_cut_off(&post("resume"), *after, 202);
            assert_eq!(resumed["state"], "running", "{resumed}");
        }
        let done = ended(&server);
        assert_eq!(
            (&done["state"], &done["counts"]["new"]),
            (&"done".into(), &ROWS.into()),
            "{done}"
        );
        let undone = server.asks_cut_off(&post("undo"), *after, 200);
        assert_eq!(
            (&undone["removed"], &undone["kept"]),
            (&ROWS.into(), &0.into()),
            "{undone}"
        );

        let body = r#"{"contact": {"first_name": "Ann"}}"#;
        let made = server.asks("POST /api/v1/contacts", "", body, 201);
        let body = serde_json::json!({"contacts": [made["id"]], "tag": format!("t{after}")}).to_string();
        let tagged = server.asks("POST /api/v1/contacts:tag", "", &body, 200);
        let undo = format!("POST /api/v1/actions/{}:undo", tagged["action"].as_str().unwrap());
        let undone = server.asks_cut_off(&undo, *after, 200);
        assert_eq!(
            (&undone["restored"], &undone["kept"]),
            (&1.into(), &0.into()),
            "{undone}"
        );
    }
    server.server.take().unwrap().end();
    assert_eq!(scratch.contacts().len(), rounds.len());
}

/// The background worker of the server collects changes and sends them without any further request.
#[test]
fn a_running_server_sends_webhooks() {
    let scratch = Scratch::new();
    let created = scratch.run(&["token", "create", "Test", "--scope", "admin"]);
    let token = created.expect(0).out.trim().to_owned();
    let server = Server::start(&scratch, &["serve", "--private-webhooks"]);
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", receiver.local_addr().unwrap());
    let body = serde_json::json!({"url": url, "events": ["contact.created"]}).to_string();
    let made = ask(&server.address, &token, "POST /api/v1/webhooks", "", &body).unwrap();
    let made: Value = serde_json::from_str(made.split_once("\r\n\r\n").unwrap().1).unwrap();
    let place = format!("/api/v1/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
    ask(&server.address, &token, &format!("POST {place}:test"), "", "").unwrap();
    let (mut connection, _) = receiver.accept().unwrap();
    let mut request = [0; 16];
    connection.read_exact(&mut request).unwrap();
    assert_eq!(&request, b"POST /hook HTTP/");
    connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    let arrived = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let log = ask(&server.address, &token, &format!("GET {place}/deliveries"), "", "").unwrap();
        log.contains("answered 204 No Content")
    });
    assert!(arrived, "{}", server.end());
}
