//! Members, invitations and password reset links, as the browsers of several people see them.

use crate::site::{Answer, Browser, MINUTE, PASSWORD, Site};
use axum::http::StatusCode;

/// The address in a read-only field, without scheme and host.
fn link_in(answer: &Answer, path: &str) -> String {
    let (_, rest) = answer.body.split_once(&format!("http://localhost:8080{path}")).unwrap();
    let (secret, _) = rest.split_once('"').unwrap();
    format!("{path}{secret}")
}

async fn invite(owner: &mut Browser, email: &str, role: &str) -> String {
    let form = format!("email={email}&role={role}");
    let answer = owner.post("/members/invite", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.body.contains(">Invitation link</label>"));
    link_in(&answer, "/join/")
}

/// A browser of a person who joins by an invitation.
async fn join(site: &Site, owner: &mut Browser, name: &str, role: &str) -> Browser {
    let link = invite(owner, &format!("{name}%40example.org"), role).await;
    let mut browser = site.browser();
    let answer = browser.get(&link).await;
    assert_eq!(answer.status, StatusCode::OK);
    for word in [">Your name</label>", ">Password</label>", ">Join</button>"] {
        assert!(answer.body.contains(word), "{word}");
    }
    let answer = browser.post(&link, &format!("name={name}&password={PASSWORD}")).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/contacts")
    );
    browser
}

#[tokio::test]
async fn somebody_is_invited_and_joins() {
    let (site, mut owner) = Site::set_up().await;
    let link = invite(&mut owner, "bob%40example.org", "member").await;
    let list = owner.get("/members").await;
    assert!(list.body.contains("<h1>Members</h1>") && list.body.contains("bob@example.org"));
    assert!(!list.body.contains(&link), "it was shown once");
    let mut bob = site.browser();
    let short = bob.post(&link, "name=Bob&password=short").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("value=\"Bob\"") && short.body.contains("12 characters"));
    let answer = bob.post(&link, &format!("name=Bob&password={PASSWORD}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    // He sees the names, and no actions that he may not take.
    let list = bob.get("/members").await;
    assert!(list.body.contains("Ada") && !list.body.contains("Invite") && !list.body.contains("Audit log"));
    let refused = bob.post("/members/invite", "email=x%40example.org&role=member").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_link_that_is_nothing_leads_to_the_same_page() {
    let (site, mut owner) = Site::set_up().await;
    let used = invite(&mut owner, "bob%40example.org", "member").await;
    let form = format!("name=Bob&password={PASSWORD}");
    site.browser().post(&used, &form).await;
    let revoked = invite(&mut owner, "cy%40example.org", "member").await;
    let answer = owner
        .post("/members/invitations/revoke", "email=cy%40example.org")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let expired = invite(&mut owner, "dee%40example.org", "member").await;
    site.system.pass(7 * 24 * 60 * MINUTE);
    let mut bodies = Vec::new();
    for link in [used.as_str(), &revoked, &expired, "/join/unknown"] {
        let mut stranger = site.browser();
        for answer in [stranger.get(link).await, stranger.post(link, &form).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{link}");
            bodies.push(answer.body);
        }
    }
    assert!(bodies[0].contains("no longer valid"));
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn unknown_links_keep_nobody_from_signing_in() {
    let (site, _) = Site::set_up().await;
    let mut stranger = site.browser();
    for n in 0..40 {
        let answer = stranger.get(&format!("/join/{n:064}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
        let answer = stranger
            .post(&format!("/reset/{n:064}"), "password=another%20password")
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
    }
    // From the same address, in another browser.
    let form = format!("email=ada%40example.org&password={PASSWORD}");
    let answer = site.browser().post("/sign-in", &form).await;
    assert_eq!(answer.header("location"), "/contacts");
}

#[tokio::test]
async fn an_admin_keeps_order_and_what_is_changed_holds_at_once() {
    let (site, mut owner) = Site::set_up().await;
    let mut bob = join(&site, &mut owner, "bob", "admin").await;
    let mut cy = join(&site, &mut owner, "cy", "member").await;
    assert_eq!(bob.get("/members/3/remove").await.status, StatusCode::OK);
    let link = link_in(&bob.post("/members/3/reset-link", "").await, "/reset/");
    let answer = cy.post(&link, "password=another%20password").await;
    assert_eq!(answer.header("location"), "/contacts");
    assert_eq!(
        bob.post("/members/1/deactivate", "").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        owner.post("/members/1/role", "role=member").await.status,
        StatusCode::FORBIDDEN
    );
    // A member who is no longer an admin loses the right from the next request on.
    let answer = owner.post("/members/2/role", "role=member").await;
    assert_eq!(answer.header("location"), "/members");
    assert_eq!(bob.get("/members/3/remove").await.status, StatusCode::FORBIDDEN);
    // A deactivated member is signed out.
    owner.post("/members/2/deactivate", "").await;
    assert_eq!(
        bob.get("/contacts").await.header("location"),
        "/sign-in?next=%2Fcontacts"
    );
    let list = owner.get("/members").await;
    assert!(
        list.body.contains("is deactivated and signed out everywhere"),
        "{}",
        list.body
    );
    assert!(list.body.contains("Activate bob"), "{}", list.body);
    owner.post("/members/2/activate", "").await;
    let form = format!("email=bob%40example.org&password={PASSWORD}");
    assert_eq!(bob.post("/sign-in", &form).await.header("location"), "/contacts");
    // A removed member no longer exists, and neither do their addresses.
    let answer = owner.post("/members/2/remove", "to=3").await;
    assert_eq!(answer.header("location"), "/members");
    assert_eq!(bob.get("/account").await.status, StatusCode::SEE_OTHER);
    for path in ["/members/2/remove", "/members/99/remove", "/members/x/remove"] {
        assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_audit_log_is_filtered_and_downloaded() {
    let (site, mut owner) = Site::set_up().await;
    let mut bob = join(&site, &mut owner, "%3Dbob", "member").await;
    for path in ["/audit", "/audit.csv"] {
        assert_eq!(bob.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    bob.post("/contacts/new", "first_name=Zoe").await;
    bob.post("/export/file", "which=mine").await;
    let all = owner.get("/audit.csv").await;
    assert_eq!(all.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = all.body.trim_end().split("\r\n").collect();
    assert_eq!(lines[0], "time,member,action,about,contacts");
    assert!(
        lines[1].starts_with("2023-11-14T22:13:20Z,'=bob,exported,"),
        "{}",
        lines[1]
    );
    assert!(lines[1].ends_with(",1"), "{}", lines[1]);
    assert!(!all.body.contains("Zoe"), "no role shows contacts");
    let kinds = |body: &str| {
        let lines = body.trim_end().split("\r\n").skip(1);
        lines
            .map(|line| line.split(',').nth(2).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&all.body), ["exported", "joined", "invited", "joined"]);
    for (query, expected) in [
        ("action=joined", &["joined", "joined"][..]),
        ("action=joined&member=2", &["joined"]),
        ("from=2023-11-14&to=2023-11-14&member=1", &["invited", "joined"]),
        ("from=2023-11-15", &[]),
        ("to=2023-11-13", &[]),
    ] {
        let found = owner.get(&format!("/audit.csv?{query}")).await;
        assert_eq!(kinds(&found.body), expected, "{query}");
        assert_eq!(owner.get(&format!("/audit?{query}")).await.status, StatusCode::OK);
    }
    assert_eq!(owner.get("/audit?from=yesterday").await.status, StatusCode::BAD_REQUEST);
    let page = owner.get("/audit").await;
    assert!(page.body.contains("<h1>Audit log</h1>") && page.body.contains("Exported"));
}

#[tokio::test]
async fn an_admin_ends_a_sign_in_of_somebody() {
    let (site, mut owner) = Site::set_up().await;
    let mut bob = join(&site, &mut owner, "bob", "member").await;
    let list = owner.get("/members").await.body;
    let (_, rest) = list.split_once("/members/2/sign-ins/end").unwrap();
    let (_, rest) = rest.split_once("value=\"").unwrap();
    let (session, _) = rest.split_once('"').unwrap();
    let answer = owner
        .post("/members/2/sign-ins/end", &format!("session={session}"))
        .await;
    assert_eq!(answer.header("location"), "/members");
    assert_eq!(bob.get("/contacts").await.status, StatusCode::SEE_OTHER);
}
