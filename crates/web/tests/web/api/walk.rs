//! The walk: every operation, called with tokens of every scope and by members with every right, with the expected
//! status of each call.
//!
//! Contains the list of expected statuses: an operation that is missing from it fails the test, and so does an entry
//! for an operation that no longer exists.

use super::{Program, Reply, joined, with_program};
use crate::site::PASSWORD;
use crate::site::Site;
use app::{
    Access, Actor, Grantee, ImportId, ImportOptions, ImportRequest, NewWebhook, Opening, Role, TokenScope, ViewContent,
    Watch, WebhookEvent,
};
use model::{ContactId, CustomField};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use web::routes::{Access as Who, table};

/// The statuses for a stranger, a viewer, an editor and the owner of the contact that an operation is about. The
/// stranger is an admin: roles give no right to contacts.
type Expected = [u16; 4];

const fn all(status: u16) -> Expected {
    [status; 4]
}

/// Operations for the creator only; for others the resource does not exist.
const fn maker(status: u16) -> Expected {
    [404, 404, 404, status]
}

/// Operations for admins.
const fn order(status: u16) -> Expected {
    [status, 403, 403, 403]
}

/// Method, path, body, and the expected statuses. `{version}` is the version of the contact.
const STATED: &[(&str, &str, &str, Expected)] = &[
    ("GET", "/api/v1/contacts", "", all(200)),
    ("GET", "/api/v1/contacts/changes?since=0", "", all(200)),
    (
        "POST",
        "/api/v1/contacts",
        r#"{"contact": {"first_name": "Ann"}}"#,
        all(201),
    ),
    ("GET", "/api/v1/contacts/{id}", "", [404, 200, 200, 200]),
    // The owner comes last and still names the version from before the editor's change.
    (
        "PUT",
        "/api/v1/contacts/{id}",
        r#"{"contact": {"first_name": "Zora"}}"#,
        [404, 403, 200, 412],
    ),
    (
        "PATCH",
        "/api/v1/contacts/{id}",
        r#"{"contact": {"title": "x"}}"#,
        [404, 403, 200, 412],
    ),
    ("DELETE", "/api/v1/contacts/{id}", "", [404, 403, 403, 204]),
    ("POST", "/api/v1/contacts/{id}:restore", "", [404, 404, 404, 404]),
    ("GET", "/api/v1/contacts/{id}/history", "", [404, 200, 200, 200]),
    (
        "POST",
        "/api/v1/contacts:batch",
        r#"{"operations": [{"op": "delete", "id": "{id}"}]}"#,
        all(200),
    ),
    (
        "POST",
        "/api/v1/contacts:merge",
        r#"{"keep": "{id}", "merge": ["{other}"]}"#,
        [404, 403, 403, 200],
    ),
    // Sharing, tags, undoing. Contacts of other owners are skipped.
    ("GET", "/api/v1/contacts/{id}/shares", "", [404, 200, 200, 200]),
    (
        "POST",
        "/api/v1/contacts:share",
        r#"{"contacts": ["{id}"], "to": ["everyone"], "access": "view"}"#,
        all(200),
    ),
    (
        "POST",
        "/api/v1/contacts:unshare",
        r#"{"contacts": ["{id}"]}"#,
        all(200),
    ),
    (
        "POST",
        "/api/v1/contacts:transfer",
        r#"{"contacts": ["{id}"], "to": "1"}"#,
        all(200),
    ),
    ("GET", "/api/v1/tags", "", all(200)),
    (
        "POST",
        "/api/v1/contacts:tag",
        r#"{"contacts": ["{id}"], "tag": "x"}"#,
        all(200),
    ),
    (
        "POST",
        "/api/v1/contacts:untag",
        r#"{"contacts": ["{id}"], "tag": "x"}"#,
        all(200),
    ),
    ("POST", "/api/v1/actions/{action}:undo", "", maker(200)),
    ("GET", "/api/v1/duplicates", "", all(200)),
    (
        "POST",
        "/api/v1/duplicates:dismiss",
        r#"{"contacts": ["{id}", "{other}"]}"#,
        [404, 403, 200, 200],
    ),
    // The workspace. The stranger is an admin.
    ("GET", "/api/v1/fields", "", all(200)),
    ("POST", "/api/v1/fields", r#"{"name": "Shoe"}"#, order(201)),
    ("PATCH", "/api/v1/fields/{field}", r#"{"archived": true}"#, order(200)),
    ("GET", "/api/v1/views", "", all(200)),
    (
        "POST",
        "/api/v1/views",
        r#"{"name": "Mine", "query": "q=ann"}"#,
        all(201),
    ),
    (
        "PUT",
        "/api/v1/views/{view}",
        r#"{"name": "Other", "query": "q=ann"}"#,
        maker(204),
    ),
    ("DELETE", "/api/v1/views/{view}", "", maker(204)),
    ("GET", "/api/v1/settings", "", order(200)),
    ("PATCH", "/api/v1/settings", "{}", order(200)),
    ("GET", "/api/v1/members", "", all(200)),
    ("POST", "/api/v1/members/{member}:deactivate", "", order(204)),
    ("POST", "/api/v1/members/{member}:activate", "", order(204)),
    (
        "POST",
        "/api/v1/members/{member}:remove",
        r#"{"hand_to": "1"}"#,
        order(200),
    ),
    ("GET", "/api/v1/invitations", "", order(200)),
    (
        "POST",
        "/api/v1/invitations",
        r#"{"email": "new@example.org"}"#,
        order(201),
    ),
    ("DELETE", "/api/v1/invitations/{email}", "", order(204)),
    ("GET", "/api/v1/audit", "", order(200)),
    // Webhooks of the admin, who is the stranger.
    ("GET", "/api/v1/webhooks", "", order(200)),
    (
        "POST",
        "/api/v1/webhooks",
        r#"{"url": "https://example.org/hook", "events": ["contact.created"]}"#,
        order(201),
    ),
    ("GET", "/api/v1/webhooks/{webhook}", "", order(200)),
    ("PATCH", "/api/v1/webhooks/{webhook}", "{}", order(200)),
    ("DELETE", "/api/v1/webhooks/{webhook}", "", order(204)),
    ("POST", "/api/v1/webhooks/{webhook}:rotate-secret", "", order(200)),
    ("POST", "/api/v1/webhooks/{webhook}:test", "", order(202)),
    ("GET", "/api/v1/webhooks/{webhook}/deliveries", "", order(200)),
    ("POST", "/api/v1/webhooks/{webhook}:replay", "", order(202)),
    (
        "POST",
        "/api/v1/webhooks/{webhook}/deliveries/{delivery}:replay",
        "",
        order(202),
    ),
    // Imports belong to the member who created them: `{draft}` is not started, `{done}` has ended.
    ("GET", "/api/v1/imports", "", all(200)),
    ("POST", "/api/v1/imports", "First Name\nAnn\n", all(201)),
    ("GET", "/api/v1/imports/{draft}", "", maker(200)),
    ("PATCH", "/api/v1/imports/{draft}", "{}", maker(200)),
    ("DELETE", "/api/v1/imports/{draft}", "", maker(204)),
    ("GET", "/api/v1/imports/{draft}/columns", "", maker(200)),
    ("GET", "/api/v1/imports/{done}/rows?class=new", "", maker(410)),
    ("PATCH", "/api/v1/imports/{draft}/rows/{line}", "{}", maker(200)),
    ("POST", "/api/v1/imports/{draft}:accept-suggestions", "", maker(200)),
    ("POST", "/api/v1/imports/{draft}:start", "", maker(202)),
    ("POST", "/api/v1/imports/{done}:cancel", "", maker(202)),
    ("POST", "/api/v1/imports/{done}:resume", "", maker(409)),
    ("POST", "/api/v1/imports/{done}:undo", "", maker(200)),
    ("GET", "/api/v1/imports/{done}/events", "", maker(200)),
    ("GET", "/api/v1/imports/{done}/rejected.csv", "", maker(200)),
    ("GET", "/api/v1/exports", "", all(200)),
];

struct Walk {
    site: Site,
    owner: Actor,
    walkers: [Actor; 4],
}

impl Walk {
    async fn begin() -> Self {
        let (site, _) = with_program().await;
        let owner = joined(&site, "bob", Role::Member);
        let stranger = joined(&site, "stranger", Role::Admin);
        let viewer = joined(&site, "viewer", Role::Member);
        let editor = joined(&site, "editor", Role::Member);
        Self {
            site,
            owner,
            walkers: [stranger, viewer, editor, owner],
        }
    }

    fn contact(&self, name: &str) -> ContactId {
        let contact = model::Contact {
            first_name: name.into(),
            ..model::Contact::default()
        };
        let id = self.site.app.create_contact(self.owner, contact).unwrap();
        for (to, access) in [(self.walkers[1], Access::View), (self.walkers[2], Access::Edit)] {
            let to = [Grantee::Member(to.member())];
            self.site.app.share(self.owner, &[id], &to, access).unwrap();
        }
        id
    }

    /// Creates the objects of an operation and the values of the placeholders in its address and body.
    fn scene(&self, path: &str, body: &str) -> Scene {
        let (app, owner) = (&self.site.app, self.owner);
        let ada = app.actor_of("ada@example.org").unwrap();
        let (id, other) = (self.contact("Zoe"), self.contact("Yan"));
        let named = |name: &str| path.contains(name) || body.contains(name);
        let mut names = vec![
            ("{id}", id.to_string()),
            ("{other}", other.to_string()),
            ("{line}", "2".to_owned()),
            ("{email}", "nobody@example.org".to_owned()),
        ];
        if named("{draft}") {
            let file = b"First Name,Email\nAnn,ann@acme.example\n";
            let draft = app.begin_draft(owner, "people.csv", &mut &file[..], 1_000).unwrap();
            names.push(("{draft}", draft.to_string()));
        }
        if named("{done}") {
            names.push(("{done}", done(&self.site, owner).to_string()));
        }
        if named("{action}") {
            let tagged = app.tag_contacts(owner, &[other], "x").unwrap();
            names.push(("{action}", tagged.action.unwrap().to_string()));
        }
        if named("{field}") {
            let field = app.define_field(ada, &CustomField::of_text(&id.to_string())).unwrap();
            names.push(("{field}", field.0.to_string()));
        }
        if named("{view}") {
            let content = ViewContent {
                name: "Bob's".to_owned(),
                query: "q=ann".to_owned(),
                shared: false,
            };
            names.push(("{view}", app.save_view(owner, &content).unwrap().to_string()));
        }
        if named("{webhook}") {
            let admin = self.walkers[0];
            for old in app.webhooks(admin).unwrap() {
                app.delete_webhook(admin, &old.id).unwrap();
            }
            let wanted = NewWebhook {
                url: "https://example.org/hook".to_owned(),
                events: vec![WebhookEvent::ContactCreated],
            };
            let webhook = app.create_webhook(admin, &wanted, None).unwrap().info.id;
            let delivery = app.test_webhook(admin, &webhook, None).unwrap().id;
            names.extend([("{webhook}", webhook), ("{delivery}", delivery)]);
        }
        if named("{member}") {
            let email = format!("tom{}@example.org", id.simple());
            app.add_member(ada, "Tom", &email, None, PASSWORD).unwrap();
            names.push(("{member}", app.actor_of(&email).unwrap().member().0.to_string()));
        }
        let version = app.contact(owner, id).unwrap().version;
        Scene { names, version }
    }
}

/// An import that has ended.
fn done(site: &Site, owner: Actor) -> ImportId {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, "First name,Email\nAnn,ann@example.org\nBen,nothing\n").unwrap();
    let request = ImportRequest {
        path: &file,
        file_name: "people.csv",
        opening: Opening::default(),
        options: ImportOptions::default(),
        rejected: None,
    };
    let watch = Watch {
        progress: &mut |_| {},
        stop: &AtomicBool::new(false),
    };
    site.app.import(owner, &request, watch).unwrap().import.unwrap()
}

/// The values of the placeholders in addresses and bodies.
struct Scene {
    names: Vec<(&'static str, String)>,
    /// The version of the contact.
    version: i64,
}

impl Scene {
    fn filled(&self, text: &str) -> String {
        let names = self.names.iter();
        names.fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    async fn asked(&self, program: &Program, method: &str, path: &str, body: &str) -> Reply {
        let tag = format!("\"{}\"", self.version);
        let if_match = [("if-match", tag.as_str())];
        let file = [("content-type", "text/csv")];
        let headers: &[(&str, &str)] = match (method, path) {
            ("PUT" | "PATCH" | "DELETE", path) if path.contains("/contacts/") => &if_match,
            ("POST", "/api/v1/imports") => &file,
            _ => &[],
        };
        program
            .ask(method, &self.filled(path), headers, &self.filled(body))
            .await
    }
}

/// The pattern of an operation, without the query.
fn pattern(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    path.replace("{draft}", "{import}").replace("{done}", "{import}")
}

fn scope_of(method: &str, path: &str) -> TokenScope {
    let route = table()
        .into_iter()
        .find(|route| route.method == method && route.path == pattern(path));
    match route.unwrap().access {
        Who::Token(scope) => scope,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn every_operation_is_stated() {
    let routed: BTreeSet<(String, String)> = table()
        .into_iter()
        .filter(|route| matches!(route.access, Who::Token(_)))
        .map(|route| (route.method.to_owned(), route.path.into_owned()))
        .collect();
    let stated: BTreeSet<(String, String)> = STATED
        .iter()
        .map(|(method, path, ..)| ((*method).to_owned(), pattern(path)))
        .collect();
    assert_eq!(routed, stated);
    assert_eq!(STATED.len(), stated.len(), "an operation is stated twice");
}

#[tokio::test]
async fn every_operation_needs_its_scope_and_no_other() {
    let walk = Walk::begin().await;
    for (method, path, body, _) in STATED {
        let needed = scope_of(method, path);
        let others: Vec<TokenScope> = TokenScope::ALL.into_iter().filter(|scope| *scope != needed).collect();
        let scene = walk.scene(path, body);
        let without = Program::with_scopes(&walk.site, walk.owner, &others);
        let refused = scene.asked(&without, method, path, body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (403, "insufficient_scope"),
            "{method} {path}"
        );
        assert!(refused.header("www-authenticate").contains(needed.as_str()));
        let with = Program::with_scopes(&walk.site, walk.owner, &[needed]);
        let answered = scene.asked(&with, method, path, body).await;
        assert_ne!(answered.code(), "insufficient_scope", "{method} {path}");
        assert_ne!(answered.status.as_u16(), 401, "{method} {path}");
        revoke_all(&walk.site, walk.owner);
    }
}

#[tokio::test]
async fn every_member_is_answered_as_is_stated() {
    let walk = Walk::begin().await;
    let programs = walk.walkers.map(|walker| Program::new(&walk.site, walker));
    let mut wrong = Vec::new();
    for (method, path, body, expected) in STATED {
        let scene = walk.scene(path, body);
        let mut statuses = Vec::new();
        for program in &programs {
            let answer = scene.asked(program, method, path, body).await;
            statuses.push(answer.status.as_u16());
        }
        if statuses != expected {
            wrong.push(format!("{method} {path}: {statuses:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn revoke_all(site: &Site, actor: Actor) {
    for token in site.app.tokens(actor).unwrap() {
        site.app.revoke_token(actor, &token.id).unwrap();
    }
}
