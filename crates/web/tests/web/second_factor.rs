//! The second factor, repeated password proofs, and known browsers.

use crate::managing::joined;
use crate::site::{Answer, Browser, MINUTE, PASSWORD, Site, near, setup_form};
use app::{Role, System};
use axum::http::StatusCode;
use totp_rs::{Builder, Secret};
use web::Serve;

const PROOF: &str = "proof_password=correct%20horse";

fn sign_in_form(password: &str) -> String {
    format!("email=ada%40example.org&password={password}&next=%2Fimports")
}

fn shows(answer: &Answer, words: &[&str]) {
    for word in words {
        assert!(answer.body.contains(word), "{word} is not in {}", answer.body);
    }
}

/// The code that an authenticator app with this secret shows.
fn code(site: &Site, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace('-', "")).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(site.system.now() / 1_000_000).unwrap())
        .to_string()
}

/// Sets up a second factor and returns the secret and the recovery codes.
async fn enrol(site: &Site, browser: &mut Browser) -> (String, Vec<String>) {
    shows(&browser.get("/account").await, &["Set up a second factor"]);
    let begun = browser.post("/account/second-factor", "").await;
    assert_eq!(begun.header("location"), "/account/second-factor");
    let page = browser.get("/account/second-factor").await;
    shows(&page, &["<svg", "Or type this secret there"]);
    let (_, rest) = page.body.split_once("there: <code>").unwrap();
    let secret = rest.split_once('<').unwrap().0.to_owned();
    let wrong = browser.post("/account/second-factor/confirm", "code=x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("code={}", code(site, &secret));
    let page = browser.post("/account/second-factor/confirm", &form).await;
    shows(&page, &["Your second factor is on.", "Keep these codes"]);
    let codes: Vec<String> = page
        .body
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest.split_once('<').unwrap().0.to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    let again = browser.get("/account/second-factor").await;
    assert!(
        !again.body.contains(&secret) && !again.body.contains(&codes[0]),
        "shown once"
    );
    (secret, codes)
}

#[tokio::test]
async fn the_second_factor_is_set_up_asked_for_and_taken_away() {
    let (site, mut owner) = Site::set_up().await;
    let (secret, codes) = enrol(&site, &mut owner).await;
    site.system.pass(MINUTE);
    let mut browser = site.browser();
    let answer = browser.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(answer.header("location"), "/sign-in/code?next=%2Fimports");
    assert!(browser.device.is_none(), "it is not known by the password alone");
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    let form = browser.get(answer.header("location")).await;
    shows(&form, &[">Code<", "one-time-code", "value=\"/imports\""]);
    let wrong = browser.post("/sign-in/code", "code=x&next=%2Fimports").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    shows(&wrong, &["Incorrect code."]);
    let pending = browser.cookie.clone();
    let form = format!("code={}&next=%2Fimports", code(&site, &secret));
    let entered = browser.post("/sign-in/code", &form).await;
    assert_eq!(entered.header("location"), "/imports");
    assert_ne!(browser.cookie, pending);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    // A used code is no longer valid; a recovery code takes its place.
    let mut other = site.browser();
    other.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(
        other.post("/sign-in/code", &form).await.status,
        StatusCode::UNAUTHORIZED
    );
    let entered = other.post("/sign-in/code", &format!("code={}", codes[0])).await;
    assert_eq!(entered.header("location"), "/contacts");
    shows(&other.get("/account").await, &["9 recovery codes are left."]);
    let renewed = other.post("/account/second-factor/codes", "").await;
    shows(&renewed, &["Keep these codes"]);
    let off = other.post("/account/second-factor/off", "").await;
    assert_eq!(off.header("location"), "/account");
    let answer = site.browser().post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(answer.header("location"), "/imports");
}

#[tokio::test]
async fn a_code_is_not_waited_for_for_ever() {
    let (site, mut owner) = Site::set_up().await;
    let (secret, _) = enrol(&site, &mut owner).await;
    let mut browser = site.browser();
    browser.post("/sign-in", &sign_in_form(PASSWORD)).await;
    site.system.pass(11 * MINUTE);
    let late = browser
        .post("/sign-in/code", &format!("code={}", code(&site, &secret)))
        .await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    shows(&late, &["Sign in again", ">Password<"]);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_owner_asks_admins_for_a_second_factor_and_resets_one() {
    let (site, mut owner) = Site::set_up().await;
    let mut bob = joined(&site, "Bob", Role::Admin).await;
    let form = "idle_hours=720&session_hours=2160&admins_need_second_factor=yes";
    let saved = owner.post("/settings/security", form).await;
    assert_eq!(saved.header("location"), "/settings");
    for browser in [&mut owner, &mut bob] {
        for path in ["/contacts", "/settings", "/members"] {
            assert_eq!(browser.get(path).await.header("location"), "/account/second-factor");
        }
        let page = browser.get("/account/second-factor").await;
        shows(&page, &["asks admins and owners for a second factor"]);
        enrol(&site, browser).await;
        assert_eq!(browser.get("/contacts").await.status, StatusCode::OK);
    }
    let refused = bob.post("/account/second-factor/off", "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    shows(
        &owner.get("/members").await,
        &["✓ Second factor", "Reset the second factor of Bob"],
    );
    let reset = owner.post("/members/2/second-factor/reset", "").await;
    assert_eq!(reset.header("location"), "/members");
    assert_eq!(bob.get("/account").await.status, StatusCode::SEE_OTHER);
    let wrong = owner
        .post("/settings/security", "idle_hours=9999&session_hours=1")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Sensitive actions need the password again if it was entered more than ten minutes ago.
#[tokio::test]
async fn grave_things_need_the_password_again() {
    let (site, mut owner) = Site::set_up().await;
    let _bob = joined(&site, "Bob", Role::Member).await;
    let everything = "which=all&format=csv&delimiter=semicolon";
    let grave = [
        ("/members/2/role", "role=admin"),
        ("/members/2/role", "role=member"),
        ("/members/2/reset-link", ""),
        ("/members/2/second-factor/reset", ""),
        ("/members/invite", "email=cy%40example.org&role=admin"),
        ("/members/invite", "email=dee%40example.org&role=owner"),
        ("/settings/security", "idle_hours=720&session_hours=2160"),
        ("/export/file", everything),
        ("/export/file", "which=mine&format=jsonl"),
        ("/account/second-factor/off", ""),
    ];
    for (path, form) in grave {
        site.system.pass(11 * MINUTE);
        let asked = owner.post(path, form).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN, "{path} {form}");
        shows(&asked, &["Confirm your password", &format!("action=\"{path}\"")]);
        let join = if form.is_empty() { "" } else { "&" };
        let wrong = owner
            .post(path, &format!("{form}{join}proof_password=wrong%20password"))
            .await;
        shows(&wrong, &["Incorrect password.", "Confirm your password"]);
        let done = owner.post(path, &format!("{form}{join}{PROOF}")).await;
        assert!(
            done.status == StatusCode::OK || done.status == StatusCode::SEE_OTHER,
            "{path} {form}"
        );
        assert!(!done.body.contains("Confirm your password"));
        // For ten minutes the password is not needed again.
        let again = owner.post(path, form).await;
        assert!(!again.body.contains("Confirm your password"), "{path} {form}");
    }
    site.system.pass(11 * MINUTE);
    let asked = owner.post("/export/file", everything).await;
    shows(
        &asked,
        &["name=\"delimiter\" value=\"semicolon\"", "name=\"which\" value=\"all\""],
    );
    let harmless = [
        ("/members/invite", "email=eve%40example.org&role=member"),
        ("/members/2/deactivate", ""),
        ("/export/file", "which=filter&q=ann&format=csv"),
        ("/export/file", "which=shared&format=csv"),
        ("/account/name", "name=Ada"),
    ];
    for (path, form) in harmless {
        let done = owner.post(path, form).await;
        assert!(!done.body.contains("Confirm your password"), "{path} {form}");
    }
}

#[tokio::test]
async fn a_proof_needs_the_second_factor_too_and_its_tries_must_wait() {
    let (site, mut owner) = Site::set_up().await;
    let (secret, _) = enrol(&site, &mut owner).await;
    site.system.pass(11 * MINUTE);
    let (path, form) = ("/members/invite", "email=cy%40example.org&role=admin");
    shows(&owner.post(path, form).await, &[">Code<"]);
    let refused = owner.post(path, &format!("{form}&{PROOF}&proof_code=x")).await;
    shows(&refused, &["Incorrect code."]);
    let proof = format!("{form}&{PROOF}&proof_code={}", code(&site, &secret));
    shows(&owner.post(path, &proof).await, &["Invitation link"]);
    site.system.pass(11 * MINUTE);
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        last = owner
            .post(path, &format!("{form}&proof_password=wrong&proof_code=x"))
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn who_locks_an_email_out_does_not_lock_out_the_browsers_of_its_owner() {
    let (site, mut owner) = Site::set_up().await;
    let device = owner.device.clone();
    assert!(device.is_some());
    owner.post("/sign-out", "").await;
    assert_eq!(owner.device, device, "signing out leaves the browser known");
    let mut stranger = site.browser();
    for _ in 0..6 {
        stranger.post("/sign-in", &sign_in_form("wrong password")).await;
    }
    let refused = stranger.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    shows(
        &refused,
        &["In a browser in which you have signed in before, that does not keep you out."],
    );
    let entered = owner.post("/sign-in", &sign_in_form(PASSWORD)).await;
    assert_eq!(entered.header("location"), "/imports");
    let flags: Vec<&str> = entered
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|value| value.starts_with("crystalqore-device="))
        .collect();
    assert_eq!(flags.len(), 1);
    assert!(
        flags[0].contains("HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000"),
        "{flags:?}"
    );
    assert_ne!(owner.device, device, "its secret is another one each time");
}

#[tokio::test]
async fn behind_tls_the_cookie_of_a_known_browser_is_for_tls_alone() {
    let site = Site::new(Serve { secure: true, ..near() });
    let mut browser = site.browser();
    let form = format!("{}&code={}", setup_form(PASSWORD), site.web.setup_code());
    browser.post("/setup", &form).await;
    assert!(browser.device.unwrap().starts_with("__Host-crystalqore-device="));
}

#[tokio::test]
async fn a_session_gets_another_secret_with_another_password_and_ends_with_the_next_sign_in() {
    let (site, mut owner) = Site::set_up().await;
    let before = owner.cookie.clone();
    let form = "current=correct%20horse&new=four%20other%20words%20here";
    let changed = owner.post("/account/password", form).await;
    assert_eq!(changed.header("location"), "/account");
    assert_ne!(owner.cookie, before);
    let mut thief = site.browser();
    thief.cookie = before;
    assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
    let first = owner.cookie.clone();
    let entered = owner
        .post("/sign-in", &sign_in_form("four%20other%20words%20here"))
        .await;
    assert_eq!(entered.header("location"), "/imports");
    thief.cookie = first;
    assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn passwords_that_are_easy_to_guess_are_refused_on_every_form() {
    let site = Site::new(near());
    let mut browser = site.browser();
    for easy in ["123456789012", "crystalqore12", "ada%40example.org", "EnginesEngines"] {
        let refused = browser.post("/setup", &setup_form(easy)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{easy}");
        shows(&refused, &["easy to guess", "12 characters or more"]);
    }
    browser.post("/setup", &setup_form(PASSWORD)).await;
    let refused = browser
        .post("/account/password", "current=correct%20horse&new=ada%40example.org")
        .await;
    shows(&refused, &["easy to guess"]);
}
