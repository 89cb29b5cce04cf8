//! The walk: every route of the table, requested by every kind of visitor, with the expected status of each request.
//!
//! Contains the list of expected statuses: a route that is missing from it fails the test, and so does an entry for a
//! route that no longer exists. Each row has a scene of its own, so that it does not affect the next one. Within a row,
//! visitors with the fewest rights come first.
//!
//! The file is long because it lists all routes.

use crate::site::{Answer, Browser, MINUTE, PASSWORD, Site, near, setup_form};
use app::{
    Access, Actor, App, Conflicts, Duplicates, Grantee, ImportOptions, ImportRequest, Match, Opening, Role,
    StoredContact, ViewContent, Watch,
};
use model::{ContactId, CustomField};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use web::routes::{Access as Who, Route, table};

/// The kinds of visitors, in the order of the columns of [`Expected`].
const WALKERS: [&str; 8] = [
    "nobody",
    "a member of another installation",
    "a member without the right",
    "an admin",
    "the workspace's owner",
    "a viewer",
    "an editor",
    "the contact's owner",
];

/// From this index on, walkers may change the contact.
const EDITOR: usize = 6;

/// The expected statuses of all walkers. A 303 leads to the sign-in page for the first two, and only for them.
type Expected = [u16; 8];

/// A public page.
const fn public(status: u16) -> Expected {
    [status; 8]
}

/// The same status for every member.
const fn members(status: u16) -> Expected {
    one(status, status, status, status)
}

/// Depends on the right to one contact. Roles give none.
const fn one(none: u16, view: u16, edit: u16, own: u16) -> Expected {
    [303, 303, none, none, none, view, edit, own]
}

/// Resources for the creator only; for others, what was not shared does not exist.
const fn maker(status: u16) -> Expected {
    one(404, 404, 404, status)
}

/// Pages for admins and the owner.
const fn order(admin: u16, owner: u16) -> Expected {
    [303, 303, 403, admin, owner, 403, 403, 403]
}

/// Method, path, form, and the expected statuses. `{version}` in a form is the version of the contact.
const STATED: &[(&str, &str, &str, Expected)] = &[
    // The frame and accounts.
    ("GET", "/", "", members(303)),
    ("GET", "/assets/{name}", "", public(404)),
    ("GET", "/healthz", "", public(200)),
    ("GET", "/livez", "", public(200)),
    ("GET", "/readyz", "", public(200)),
    ("GET", "/metrics", "", public(200)),
    ("GET", "/api", "", public(200)),
    ("GET", "/api/v1/openapi.json", "", public(200)),
    ("GET", "/setup", "", public(303)),
    (
        "POST",
        "/setup",
        "name=X&email=x%40example.org&password=correct%20horse&workspace=W",
        public(409),
    ),
    ("GET", "/sign-in", "", [200, 200, 303, 303, 303, 303, 303, 303]),
    (
        "POST",
        "/sign-in",
        "email=x%40example.org&password=wrong%20password",
        public(401),
    ),
    // Exists in debug builds only, and tests are debug builds.
    ("GET", "/ui", "", members(200)),
    ("GET", "/notifications", "", members(200)),
    ("GET", "/account", "", members(200)),
    ("POST", "/account/name", "name=Somebody", members(303)),
    (
        "POST",
        "/account/password",
        "current=wrong%20password&new=another%20password",
        members(422),
    ),
    ("POST", "/account/sign-ins/end", "session=none", members(303)),
    ("GET", "/account/second-factor", "", members(200)),
    (
        "POST",
        "/account/second-factor",
        "proof_password=correct%20horse",
        members(303),
    ),
    ("POST", "/account/second-factor/confirm", "code=x", members(422)),
    (
        "POST",
        "/account/second-factor/codes",
        "proof_password=correct%20horse",
        members(409),
    ),
    (
        "POST",
        "/account/second-factor/off",
        "proof_password=correct%20horse",
        members(303),
    ),
    ("GET", "/account/tokens", "", members(200)),
    (
        "POST",
        "/account/tokens",
        "name=Script&scope=contacts%3Aread&days=30&proof_password=correct%20horse",
        members(200),
    ),
    ("POST", "/account/tokens/revoke", "token=none", members(404)),
    ("GET", "/account/webhooks", "", order(200, 200)),
    (
        "POST",
        "/account/webhooks",
        "url=https%3A%2F%2Fexample.org%2F&event=contact.created&proof_password=correct%20horse",
        order(200, 200),
    ),
    (
        "POST",
        "/account/webhooks/rotate",
        "webhook=none&proof_password=correct%20horse",
        order(404, 404),
    ),
    (
        "POST",
        "/account/webhooks/act",
        "webhook=none&act=test",
        order(404, 404),
    ),
    ("GET", "/sign-in/code", "", [401, 401, 303, 303, 303, 303, 303, 303]),
    ("POST", "/sign-in/code", "code=x", public(401)),
    // Members, invitations and password reset links.
    ("GET", "/members", "", members(200)),
    ("GET", "/members/invite", "", members(303)),
    (
        "POST",
        "/members/invite",
        "email=new%40example.org&role=member",
        order(200, 200),
    ),
    (
        "POST",
        "/members/invitations/revoke",
        "email=new%40example.org",
        order(303, 303),
    ),
    (
        "POST",
        "/members/{id}/role",
        "role=admin&proof_password=correct%20horse",
        order(303, 303),
    ),
    ("POST", "/members/{id}/deactivate", "", order(303, 303)),
    ("POST", "/members/{id}/activate", "", order(303, 303)),
    (
        "POST",
        "/members/{id}/reset-link",
        "proof_password=correct%20horse",
        order(200, 200),
    ),
    (
        "POST",
        "/members/{id}/second-factor/reset",
        "proof_password=correct%20horse",
        order(303, 303),
    ),
    ("POST", "/members/{id}/sign-ins/end", "session=none", order(303, 303)),
    ("GET", "/members/{id}/remove", "", order(200, 200)),
    // The first walker with the right removes the member; after that the member does not exist.
    ("POST", "/members/{id}/remove", "to=1", order(303, 404)),
    ("GET", "/audit", "", order(200, 200)),
    ("GET", "/audit.csv", "", order(200, 200)),
    ("GET", "/join/{token}", "", public(404)),
    ("POST", "/join/{token}", "name=X&password=correct%20horse", public(404)),
    ("GET", "/reset/{token}", "", public(404)),
    ("POST", "/reset/{token}", "password=correct%20horse", public(404)),
    // Contacts and the trash.
    ("GET", "/contacts", "", members(200)),
    ("GET", "/contacts/new", "", members(200)),
    ("POST", "/contacts/new", "first_name=Ann", members(303)),
    ("GET", "/contacts/bulk", "", members(303)),
    ("POST", "/contacts/bulk", "do=tag&bulk_tag=x&id={contact}", members(303)),
    ("POST", "/contacts/undelete", "at=1", members(303)),
    ("POST", "/contacts/columns", "col=name&col=city", members(303)),
    ("GET", "/contacts/{id}", "", one(404, 200, 200, 200)),
    ("GET", "/contacts/{id}/card", "", one(404, 200, 200, 200)),
    ("GET", "/contacts/{id}/card.vcf", "", one(404, 200, 200, 200)),
    // The contact has no picture.
    ("GET", "/contacts/{id}/photo", "", one(404, 404, 404, 404)),
    ("GET", "/contacts/{id}/edit", "", one(404, 403, 200, 200)),
    // The owner's form has the version from before the editor's change.
    (
        "POST",
        "/contacts/{id}/edit",
        "version={version}&first_name=Zoe",
        one(404, 403, 303, 409),
    ),
    (
        "POST",
        "/contacts/{id}/value",
        "field=company&value=Acme&version={version}",
        one(404, 403, 303, 409),
    ),
    ("POST", "/contacts/{id}/delete", "", one(404, 403, 403, 303)),
    ("GET", "/contacts/{id}/share", "", one(404, 403, 403, 200)),
    (
        "POST",
        "/contacts/{id}/share",
        "member=everyone&access=view",
        one(404, 403, 403, 303),
    ),
    ("POST", "/contacts/{id}/unshare", "to=all", one(404, 403, 403, 303)),
    ("GET", "/share", "", members(303)),
    (
        "POST",
        "/share",
        "member=everyone&access=edit&id={contact}",
        members(303),
    ),
    ("GET", "/hand-over", "", members(303)),
    ("POST", "/hand-over", "member=2&id={contact}", members(303)),
    ("GET", "/shared", "", members(200)),
    ("POST", "/actions/{action}/undo", "back=%2Fcontacts", maker(303)),
    ("POST", "/actions/{action}/keep", "back=%2Fcontacts", maker(303)),
    ("GET", "/views", "", members(200)),
    ("POST", "/views", "name=Mine&query=q%3Dann", members(303)),
    ("POST", "/views/{view}", "name=Other&query=q%3Dann", maker(303)),
    ("POST", "/views/{view}/delete", "", maker(303)),
    ("GET", "/trash", "", members(200)),
    ("POST", "/trash/{id}/restore", "", maker(303)),
    (
        "GET",
        "/contacts/merge?id={contact}&id={other}",
        "",
        one(404, 200, 200, 200),
    ),
    // The merged contact must belong to the member.
    (
        "POST",
        "/contacts/merge",
        "id={contact}&id={other}&kept={contact}&version={contact}%3A{version}&version={other}%3A{version_of_other}",
        one(404, 403, 403, 303),
    ),
    ("GET", "/sidebar", "", members(200)),
    ("GET", "/duplicates", "", members(200)),
    ("POST", "/duplicates", "", members(303)),
    ("GET", "/duplicates/merge-all", "", members(200)),
    ("POST", "/duplicates/merge-all", "", members(303)),
    (
        "POST",
        "/duplicates/dismiss",
        "id={contact}&id={other}",
        one(404, 403, 303, 303),
    ),
    // Custom fields and settings.
    ("GET", "/fields", "", order(200, 200)),
    ("POST", "/fields", "name=Shoe&kind=text&choices=", order(303, 422)),
    ("POST", "/fields/{id}/choices", "choices=a", order(422, 422)),
    ("POST", "/fields/{id}/move", "way=up", order(303, 303)),
    ("POST", "/fields/{id}/archive", "", order(303, 303)),
    ("POST", "/fields/{id}/restore", "", order(303, 303)),
    ("GET", "/settings", "", order(200, 200)),
    (
        "POST",
        "/settings",
        "name=Engines&country=US&match=email&duplicates=skip&trash_days=30&log_days=90&drafts_each=50&member_gib=5&workspace_gib=50",
        order(303, 303),
    ),
    (
        "POST",
        "/settings/security",
        "idle_hours=720&session_hours=2160&proof_password=correct%20horse",
        order(303, 303),
    ),
    // Export.
    ("GET", "/export", "", members(200)),
    ("POST", "/export", "", members(200)),
    ("POST", "/export/file", "proof_password=correct%20horse", members(200)),
    ("GET", "/export/progress?ticket=x", "", members(404)),
    // Imports and the wizard. The import has ended, so pages for a draft do not find one.
    ("GET", "/import", "", members(200)),
    ("POST", "/import", "", members(400)),
    ("GET", "/import/sample.csv", "", members(200)),
    ("POST", "/import/sample-contacts", "", members(303)),
    ("GET", "/imports", "", members(200)),
    ("GET", "/imports/{import}", "", maker(303)),
    ("POST", "/imports/{import}/discard", "", maker(409)),
    ("GET", "/imports/{import}/map", "", maker(303)),
    ("POST", "/imports/{import}/map", "", maker(303)),
    ("GET", "/imports/{import}/preview", "", maker(303)),
    ("GET", "/imports/{import}/row?class=new&page=0&row=0", "", maker(410)),
    ("POST", "/imports/{import}/options", "", maker(303)),
    ("POST", "/imports/{import}/fix", "column=0&row=1&value=x", maker(303)),
    ("POST", "/imports/{import}/cells", "cell-1-0=x", maker(303)),
    ("GET", "/imports/{import}/hits?column=0&find=x", "", maker(303)),
    ("POST", "/imports/{import}/unfix", "column=0&row=1", maker(303)),
    ("POST", "/imports/{import}/decide", "row=1&decision=skip", maker(303)),
    ("POST", "/imports/{import}/start", "", maker(303)),
    ("GET", "/imports/{import}/running", "", maker(303)),
    ("GET", "/imports/{import}/events", "", maker(200)),
    ("POST", "/imports/{import}/cancel", "", maker(303)),
    ("GET", "/imports/{import}/result", "", maker(200)),
    ("GET", "/imports/{import}/rejected.csv", "", maker(200)),
    ("POST", "/imports/{import}/fix-rejected", "", maker(303)),
    ("POST", "/imports/{import}/continue", "", maker(409)),
    ("GET", "/imports/{import}/undo", "", maker(200)),
    ("POST", "/imports/{import}/undo", "", maker(303)),
    // Last, because it signs the walkers out.
    ("POST", "/sign-out", "", public(303)),
];

/// The objects of one row.
struct Scene {
    address: String,
    form: String,
    id: ContactId,
    /// The contact before the requests. `None` if it is in the trash.
    contact: Contact,
}

/// A contact and its shares. `None` if the contact does not exist.
type Contact = Option<(StoredContact, Vec<(Grantee, Access)>)>;

fn seen(app: &App, owner: Actor, id: ContactId) -> Contact {
    let contact = app.contact(owner, id).ok()?;
    let shares = app.shares_of(owner, id).unwrap();
    Some((contact, shares.iter().map(|share| (share.to, share.access)).collect()))
}

impl Site {
    async fn look(&self, owner: Actor, scene: &Scene) -> Contact {
        let (app, id) = (Arc::clone(&self.app), scene.id);
        tokio::task::spawn_blocking(move || seen(&app, owner, id))
            .await
            .unwrap()
    }
}

/// A site with one browser for each walker.
struct Walk {
    site: Site,
    walkers: Vec<Browser>,
    bob: Actor,
    viewer: Actor,
    editor: Actor,
    scenes: u32,
}

async fn signed_in(site: &Site, name: &str) -> Browser {
    let mut browser = site.browser();
    let form = format!("email={name}%40example.org&password={PASSWORD}");
    assert_eq!(browser.post("/sign-in", &form).await.status, 303, "{name}");
    browser
}

impl Walk {
    async fn begin() -> Self {
        let (site, owner) = Site::set_up().await;
        let elsewhere = Site::new(near());
        let mut foreign = elsewhere.browser();
        // A session that is valid there, with a secret that differs from all of this site.
        for _ in 0..50 {
            app::System::secret(&*elsewhere.system);
        }
        assert_eq!(foreign.post("/setup", &setup_form(PASSWORD)).await.status, 303);
        let mut stranger = site.browser();
        stranger.cookie = foreign.cookie;
        let app = Arc::clone(&site.app);
        tokio::task::spawn_blocking(move || {
            let ada = app.actor_of("ada@example.org").unwrap();
            let members = [
                ("none", Role::Member),
                ("admin", Role::Admin),
                ("viewer", Role::Member),
                ("editor", Role::Member),
                ("bob", Role::Member),
            ];
            for (name, role) in members {
                let email = format!("{name}@example.org");
                app.add_member(ada, name, &email, Some(role), PASSWORD).unwrap();
            }
        })
        .await
        .unwrap();
        let actor = |name: &str| site.app.actor_of(&format!("{name}@example.org")).unwrap();
        let (bob, viewer, editor) = (actor("bob"), actor("viewer"), actor("editor"));
        let mut walkers = vec![site.browser(), stranger];
        for name in ["none", "admin"] {
            walkers.push(signed_in(&site, name).await);
        }
        walkers.push(owner);
        for name in ["viewer", "editor", "bob"] {
            walkers.push(signed_in(&site, name).await);
        }
        Self {
            site,
            walkers,
            bob,
            viewer,
            editor,
            scenes: 0,
        }
    }

    /// Creates the objects of a row, and fills in its address and form.
    async fn scene(&mut self, path: &'static str, form: &'static str) -> Scene {
        self.scenes += 1;
        let (app, bob, number) = (Arc::clone(&self.site.app), self.bob, self.scenes);
        let (viewer, editor) = (self.viewer, self.editor);
        let made = move || {
            let id = contact_for_all(&app, bob, &format!("Zoe{number}"), viewer, editor);
            let other = contact_for_all(&app, bob, &format!("Yan{number}"), viewer, editor);
            let version = |id| app.contact(bob, id).unwrap().version.to_string();
            let filled = |text: &str| {
                text.replace("{contact}", &id.to_string())
                    .replace("{other}", &other.to_string())
                    .replace("{version}", &version(id))
                    .replace("{version_of_other}", &version(other))
            };
            let form = filled(form);
            let ada = app.actor_of("ada@example.org").unwrap();
            let address = match path.split('/').nth(1) {
                Some("contacts") => filled(path).replace("{id}", &id.to_string()),
                Some("trash") => {
                    app.delete_contact(bob, id).unwrap();
                    path.replace("{id}", &id.to_string())
                }
                Some("members") if path.contains("{id}") => {
                    let email = format!("tom{number}@example.org");
                    app.add_member(ada, "Tom", &email, None, PASSWORD).unwrap();
                    let tom = app.actor_of(&email).unwrap().member();
                    path.replace("{id}", &tom.0.to_string())
                }
                Some("fields") if path.contains("{id}") => {
                    let field = app
                        .define_field(ada, &CustomField::of_text(&format!("Field {number}")))
                        .unwrap();
                    path.replace("{id}", &field.0.to_string())
                }
                Some("actions") => {
                    let tagged = app.tag_contacts(bob, &[id], "x").unwrap();
                    path.replace("{action}", &tagged.action.unwrap().to_string())
                }
                Some("views") if path.contains("{view}") => {
                    let content = ViewContent {
                        name: "Bob's".to_owned(),
                        query: "q=ann".to_owned(),
                        shared: false,
                    };
                    let view = app.save_view(bob, &content).unwrap();
                    path.replace("{view}", &view.to_string())
                }
                Some("imports") if path.contains("{import}") => path.replace("{import}", &import(&app, bob)),
                _ => path.replace("{name}", "none.css").replace("{token}", "unknown"),
            };
            let contact = seen(&app, bob, id);
            Scene {
                address,
                form,
                id,
                contact,
            }
        };
        tokio::task::spawn_blocking(made).await.unwrap()
    }
}

/// A contact that one other member may view and one may edit.
fn contact_for_all(app: &App, owner: Actor, name: &str, viewer: Actor, editor: Actor) -> ContactId {
    let contact = model::Contact {
        first_name: name.into(),
        ..model::Contact::default()
    };
    let id = app.create_contact(owner, contact).unwrap();
    for (to, access) in [(viewer, Access::View), (editor, Access::Edit)] {
        app.share(owner, &[id], &[Grantee::Member(to.member())], access)
            .unwrap();
    }
    id
}

fn import(app: &App, actor: Actor) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, "First name,Email\nAnn,ann@example.org\nBen,nothing\n").unwrap();
    let request = ImportRequest {
        path: &file,
        file_name: "people.csv",
        opening: Opening::default(),
        options: ImportOptions {
            duplicates: Duplicates::Create,
            matching: Match::Email,
            conflicts: Conflicts::Skip,
            empty_cells_clear: false,
            replace_lists: false,
        },
        rejected: None,
    };
    let watch = Watch {
        progress: &mut |_| {},
        stop: &AtomicBool::new(false),
    };
    app.import(actor, &request, watch).unwrap().import.unwrap().to_string()
}

/// The pattern of a route, without the query.
fn pattern(path: &'static str) -> &'static str {
    path.split('?').next().unwrap_or(path)
}

/// Whether a response redirects to the sign-in page.
fn is_sent_away(answer: &Answer) -> bool {
    answer.status == 303 && answer.header("location").starts_with("/sign-in")
}

/// The routes of browsers; the routes of programs have a walk of their own (`api/walk.rs`).
fn pages() -> Vec<Route> {
    let is_page = |route: &Route| !matches!(route.access, Who::Token(_));
    table().into_iter().filter(is_page).collect()
}

#[test]
fn every_route_is_stated() {
    let table = pages();
    let routes: BTreeSet<(&str, &str)> = table.iter().map(|route| (route.method, &*route.path)).collect();
    let stated: BTreeSet<(&str, &str)> = STATED
        .iter()
        .map(|(method, path, ..)| (*method, pattern(path)))
        .collect();
    let unstated: Vec<_> = routes.difference(&stated).collect();
    assert!(unstated.is_empty(), "nobody says what is expected of {unstated:#?}");
    let gone: Vec<_> = stated.difference(&routes).collect();
    assert!(gone.is_empty(), "there are no such routes: {gone:#?}");
    assert_eq!(STATED.len(), stated.len(), "a route is stated twice");
}

#[tokio::test]
async fn everybody_is_answered_as_is_stated() {
    let mut walk = Walk::begin().await;
    let table = pages();
    let public: BTreeSet<(&str, &str)> = table
        .iter()
        .filter(|route| route.access == Who::Public)
        .map(|route| (route.method, &*route.path))
        .collect();
    let mut wrong = Vec::new();
    for (method, path, form, expected) in STATED {
        let scene = walk.scene(path, form).await;
        let mut statuses = Vec::new();
        for (at, browser) in walk.walkers.iter_mut().enumerate() {
            let answer = browser.ask(method, &scene.address, &scene.form).await;
            statuses.push(answer.status.as_u16());
            // Lets time pass, so that wrong links and passwords do not reach the limit of attempts.
            walk.site.system.pass(15 * MINUTE);
            // Whatever the status, a walker without the right must not have changed the contact.
            if at < EDITOR && walk.site.look(walk.bob, &scene).await != scene.contact {
                wrong.push(format!("{method} {path}: {} has changed the contact", WALKERS[at]));
            }
            let outside = at < 2;
            if !public.contains(&(*method, pattern(path))) && is_sent_away(&answer) != outside {
                wrong.push(format!("{method} {path}: {} is sent to the door, or not", WALKERS[at]));
            }
        }
        if statuses != expected {
            wrong.push(format!("{method} {path}: {statuses:?}, but stated is {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
