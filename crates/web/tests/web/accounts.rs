//! The first account, signing in and out, and changes to the own account.

use crate::site::{MINUTE, PASSWORD, Site, near, setup_form};
use axum::http::StatusCode;
use web::Serve;

fn sign_in_form(password: &str) -> String {
    format!("email=ada%40EXAMPLE.org&password={password}&next=%2Fimports")
}

#[tokio::test]
async fn the_first_visit_makes_the_account_that_owns_what_was_there() {
    let site = Site::new(near());
    let before = site.app.local_actor().unwrap();
    let mut browser = site.browser();
    let start = browser.get("/contacts").await;
    assert_eq!(
        (start.status, start.header("location")),
        (StatusCode::SEE_OTHER, "/setup")
    );
    assert_eq!(browser.get("/sign-in").await.header("location"), "/setup");
    let form = browser.get("/setup").await.body;
    for label in [
        ">Your name<",
        ">Email<",
        ">Password<",
        ">Workspace name<",
        ">Create workspace<",
    ] {
        assert!(form.contains(label), "{label} is not in {form}");
    }
    assert!(!form.contains("Setup code"));
    let refused = browser.post("/setup", &setup_form("short")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("12 characters or more") && refused.body.contains("value=\"Ada\""));
    let made = browser.post("/setup", &setup_form(PASSWORD)).await;
    assert_eq!(
        (made.status, made.header("location")),
        (StatusCode::SEE_OTHER, "/contacts")
    );
    let account = browser.get("/account").await;
    assert!(account.body.contains("ada@example.org") && account.body.contains("Engines"));
    let signed = site
        .app
        .signed_in(&app::Token::new(browser.cookie.unwrap().split_once('=').unwrap().1));
    assert_eq!(format!("{:?}", signed.unwrap().unwrap().actor), format!("{before:?}"));

    let mut second = site.browser();
    assert_eq!(second.get("/setup").await.header("location"), "/contacts");
    assert_eq!(
        second.post("/setup", &setup_form(PASSWORD)).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(second.cookie, None);
}

#[tokio::test]
async fn from_elsewhere_the_first_account_needs_the_code_of_the_terminal() {
    let site = Site::new(Serve {
        listen: "0.0.0.0:8080".parse().unwrap(),
        ..near()
    });
    let code = site.web.setup_code().to_owned();
    let mut browser = site.browser();
    assert!(browser.get("/setup").await.body.contains(">Setup code<"));
    for wrong in ["", "&code=AAAA-AAAA-AAAA"] {
        let refused = browser.post("/setup", &(setup_form(PASSWORD) + wrong)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(site.app.needs_setup().unwrap());
    let form = format!("{}&code={}", setup_form(PASSWORD), code.to_lowercase());
    assert_eq!(browser.post("/setup", &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_proxy_in_front_of_a_server_that_knows_of_none_makes_it_ask_for_the_code() {
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=192.0.2.1"),
        ("via", "1.1 proxy"),
        ("x-real-ip", "192.0.2.1"),
    ] {
        let site = Site::new(near());
        assert!(!site.browser().get("/setup").await.body.contains(">Setup code<"));
        let mut far = site.browser();
        far.extra.insert(name, value.parse().unwrap());
        assert!(far.get("/setup").await.body.contains(">Setup code<"), "{name}");
        let refused = far.post("/setup", &setup_form(PASSWORD)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let form = format!("{}&code={}", setup_form(PASSWORD), site.web.setup_code());
        assert_eq!(far.post("/setup", &form).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_member_who_signs_in_gets_where_they_wanted_and_signs_out_for_good() {
    let (site, _) = Site::set_up().await;
    let mut browser = site.browser();
    let sent = browser.get("/imports?page=2").await;
    assert_eq!(sent.header("location"), "/sign-in?next=%2Fimports%3Fpage%3D2");
    let form = browser.get(sent.header("location")).await.body;
    for label in [">Email<", ">Password<", ">Sign in<", "value=\"/imports?page=2\""] {
        assert!(form.contains(label), "{label} is not in {form}");
    }
    let answer = browser.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/imports")
    );
    let flags = answer.header("set-cookie");
    assert!(
        flags.contains("HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"),
        "{flags}"
    );
    assert!(
        flags.starts_with("crystalqore=") && !flags.contains("Secure"),
        "{flags}"
    );
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    let kept = browser.cookie.clone();
    let out = browser.post("/sign-out", "").await;
    assert_eq!((out.header("location"), browser.cookie.as_ref()), ("/sign-in", None));
    // The secret is no longer valid, even for a copy of the cookie.
    browser.cookie = kept;
    assert_eq!(
        browser.get("/account").await.header("location"),
        "/sign-in?next=%2Faccount"
    );
}

#[tokio::test]
async fn behind_tls_the_cookie_is_for_tls_alone() {
    let site = Site::new(Serve { secure: true, ..near() });
    let mut browser = site.browser();
    let form = format!("{}&code={}", setup_form(PASSWORD), site.web.setup_code());
    let answer = browser.post("/setup", &form).await;
    let flags = answer.header("set-cookie");
    assert!(
        flags.starts_with("__Host-crystalqore=") && flags.contains("; Secure"),
        "{flags}"
    );
    assert!(answer.header("strict-transport-security").contains("max-age"));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_email_and_a_wrong_password_are_answered_alike() {
    let (site, _) = Site::set_up().await;
    let mut browser = site.browser();
    let wrong = browser.post("/sign-in", &sign_in_form("wrong horses")).await;
    let unknown = browser
        .post("/sign-in", &sign_in_form("wrong horses").replace("ada", "bob"))
        .await;
    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
    );
    assert!(wrong.body.contains("Incorrect email or password."));
    assert_eq!(wrong.body, unknown.body.replace("bob", "ada"));
    assert_eq!(browser.cookie, None);
}

#[tokio::test]
async fn after_five_failures_even_the_right_password_must_wait() {
    let (site, mut owner) = Site::set_up().await;
    let mut browser = site.browser();
    for _ in 0..5 {
        let answer = browser.post("/sign-in", &sign_in_form("wrong horses")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let refused = browser.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "60")
    );
    assert!(
        refused.body.contains("Too many attempts. Try again in 1 minute."),
        "{}",
        refused.body
    );
    assert_eq!(owner.get("/account").await.status, StatusCode::OK, "who is in stays in");
    site.system.pass(MINUTE);
    let answer = browser.post("/sign-in", &sign_in_form("wrong horses")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    site.system.pass(MINUTE);
    let refused = browser.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(
        refused.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the second wait is longer"
    );
    site.system.pass(MINUTE);
    assert_eq!(
        browser.post("/sign-in", &sign_in_form(PASSWORD)).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn another_password_ends_all_other_sign_ins() {
    let (site, mut owner) = Site::set_up().await;
    let mut other = site.browser();
    other.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(other.get("/account").await.status, StatusCode::OK);
    let change = |current: &str, new: &str| format!("current={current}&new={new}");
    let refused = owner
        .post("/account/password", &change("wrong horses", "battery staple"))
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("This is not your current password."));
    let short = owner.post("/account/password", &change(PASSWORD, "short")).await;
    assert!(short.body.contains("12 characters or more; four words"));
    let changed = owner
        .post("/account/password", &change(PASSWORD, "battery staple"))
        .await;
    assert_eq!(changed.header("location"), "/account");
    let account = owner.get("/account").await;
    assert_eq!(account.status, StatusCode::OK);
    assert!(account.body.contains("Your password was changed"), "{}", account.body);
    assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        other.post("/sign-in", &sign_in_form(PASSWORD)).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        other.post("/sign-in", &sign_in_form("battery staple")).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_member_changes_their_name_and_ends_a_sign_in_elsewhere() {
    let (site, mut owner) = Site::set_up().await;
    owner.post("/account/name", "name=%20Ada%20%3Cb%3E%20L.%20").await;
    let page = owner.get("/account").await.body;
    assert!(page.contains("value=\"Ada &lt;b&gt; L.\""), "{page}");
    let mut other = site.browser();
    other.post("/sign-in", &sign_in_form(PASSWORD)).await;
    let page = owner.get("/account").await.body;
    let (_, rest) = page.split_once("name=\"session\" value=\"").unwrap();
    let (session, rest) = rest.split_once('"').unwrap();
    assert!(
        !rest.contains("name=\"session\""),
        "there is no button for this browser"
    );
    owner.post("/account/sign-ins/end", &format!("session={session}")).await;
    assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_in_lasts_thirty_days_from_when_it_was_last_seen() {
    let (site, mut owner) = Site::set_up().await;
    let day = 24 * 60 * MINUTE;
    site.system.pass(29 * day);
    let seen = owner.get("/account").await;
    assert!(
        seen.header("set-cookie").contains("Max-Age"),
        "the cookie is given anew"
    );
    // The use of the session is recorded after the response.
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        if owner.get("/account").await.header("set-cookie").is_empty() {
            break;
        }
    }
    site.system.pass(29 * day);
    assert_eq!(owner.get("/account").await.status, StatusCode::OK);
    site.system.pass(31 * day);
    assert_eq!(owner.get("/account").await.status, StatusCode::SEE_OTHER);
}
