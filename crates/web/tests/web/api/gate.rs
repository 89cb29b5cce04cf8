//! Access with tokens and scopes, and the format of refusals.

use super::{Program, joined, send, with_program};
use crate::site::{MINUTE, Site, near};
use app::{NewToken, Role, TokenScope};
use serde_json::json;
use std::num::NonZeroU32;
use web::{Limits, Serve};

#[tokio::test]
async fn only_a_valid_token_lets_a_program_in() {
    let (site, program) = with_program().await;
    let bearer = format!("Bearer {}", program.token);
    let mut owner = site.browser();
    owner
        .post("/sign-in", "email=ada%40example.org&password=correct%20horse")
        .await;
    let cookie = owner.cookie.clone().unwrap();
    let asked = async |headers: &[(&str, &str)]| {
        let reply = send(&site.router, "GET", "/api/v1/contacts", headers, "".into()).await;
        (
            reply.status.as_u16(),
            reply.code(),
            reply.header("www-authenticate").to_owned(),
        )
    };
    assert_eq!(asked(&[("authorization", &bearer)]).await.0, 200);
    let without = (401, "no_token".to_owned(), "Bearer".to_owned());
    assert_eq!(asked(&[]).await, without);
    assert_eq!(asked(&[("cookie", &cookie)]).await, without, "a session is no token");
    assert_eq!(asked(&[("authorization", "Basic YTpi")]).await, without);
    let (status, code, challenge) = asked(&[("authorization", "Bearer cq_none")]).await;
    assert_eq!((status, code.as_str()), (401, "wrong_token"));
    assert!(challenge.contains("invalid_token"));
    let id = site.app.tokens(site.app.actor_of("ada@example.org").unwrap()).unwrap()[0]
        .id
        .clone();
    site.app
        .revoke_token(site.app.actor_of("ada@example.org").unwrap(), &id)
        .unwrap();
    assert_eq!(asked(&[("authorization", &bearer)]).await.1, "wrong_token");
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_its_member() {
    let (site, _) = with_program().await;
    let bob = joined(&site, "bob", Role::Member);
    let wanted = NewToken {
        name: "Short".to_owned(),
        scopes: vec![TokenScope::ContactsRead],
        days: Some(1),
    };
    let short = Program {
        token: site.app.create_token(bob, &wanted).unwrap().secret,
        ..Program::new(&site, bob)
    };
    let lasting = Program::new(&site, bob);
    short.get("/api/v1/contacts").await.expect(200);
    site.system.pass(24 * 60 * MINUTE);
    short.get("/api/v1/contacts").await.expect(401);
    lasting.get("/api/v1/contacts").await.expect(200);
    let ada = site.app.actor_of("ada@example.org").unwrap();
    site.app.deactivate(ada, bob.member()).unwrap();
    lasting.get("/api/v1/contacts").await.expect(401);
}

#[tokio::test]
async fn refusals_are_problem_details() {
    let (_site, program) = with_program().await;
    let large = format!("{{\"contact\": {{\"notes\": \"{}\"}}}}", "x".repeat(3_000_000));
    let csv: &[(&str, &str)] = &[("content-type", "text/csv")];
    let body = r#"{"contact": {"frist_name": "Ann"}}"#;
    for (method, path, headers, body, status, code) in [
        ("GET", "/api/v1/nothing", &[][..], "", 404, "not_found"),
        ("GET", "/api/v1/contacts/17", &[], "", 404, "no_such_contact"),
        ("DELETE", "/api/v1/contacts", &[], "", 405, "method_not_allowed"),
        ("GET", "/api/v1/contacts?size=3", &[], "", 400, "bad_parameter"),
        ("GET", "/api/v1/contacts?limit=0", &[], "", 400, "bad_parameter"),
        ("GET", "/api/v1/contacts?limit=x", &[], "", 400, "bad_parameter"),
        ("GET", "/api/v1/contacts?limit=", &[], "", 400, "bad_parameter"),
        ("GET", "/api/v1/contacts?cursor=x", &[], "", 400, "bad_parameter"),
        ("GET", "/api/v1/contacts?filter=import:x", &[], "", 422, "filter"),
        ("POST", "/api/v1/contacts", csv, "a,b", 415, "not_json"),
        ("POST", "/api/v1/contacts", &[], "{", 400, "invalid_json"),
        ("POST", "/api/v1/contacts", &[], body, 422, "invalid_body"),
        (
            "POST",
            "/api/v1/contacts",
            &[],
            r#"{"contact": {}}"#,
            422,
            "no_identity",
        ),
        ("POST", "/api/v1/contacts", &[], &large, 413, "too_large"),
        ("POST", "/api/v1/contacts/17:restore", &[], "{}", 400, "unexpected_body"),
    ] {
        let reply = program.ask(method, path, headers, body).await.expect(status);
        assert_eq!(
            reply.header("content-type"),
            "application/problem+json",
            "{method} {path}"
        );
        let problem = reply.json();
        assert_eq!(
            (problem["status"].as_u64(), problem["code"].as_str()),
            (Some(status.into()), Some(code))
        );
        assert!(
            problem["detail"].as_str().unwrap().len() > 10 && problem["title"].is_string(),
            "{problem}"
        );
    }
    let unknown = program.ask("POST", "/api/v1/contacts", &[], body).await.json();
    assert_eq!(unknown["errors"][0]["pointer"], "/contact/frist_name");
    let foreign = [("host", "evil.example"), ("authorization", "Bearer x")];
    let reply = send(&program.router, "GET", "/api/v1/contacts", &foreign, "".into()).await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn what_is_left_to_a_token_is_told() {
    let limits = Limits {
        api_requests: NonZeroU32::new(2).unwrap(),
        ..Limits::default()
    };
    let (site, _) = Site::set_up_as(Serve { limits, ..near() }).await;
    let program = Program::new(&site, site.app.actor_of("ada@example.org").unwrap());
    let first = program.get("/api/v1/contacts").await.expect(200);
    assert_eq!(first.header("ratelimit-policy"), "\"token\";q=2;w=60");
    assert_eq!(first.header("ratelimit"), "\"token\";r=1;t=1");
    program.get("/api/v1/contacts/17").await.expect(404);
    let refused = program.get("/api/v1/contacts").await.expect(429);
    assert_eq!(refused.code(), "too_many_requests");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=31).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").starts_with("\"token\";r=0;t="));
}

#[tokio::test]
async fn an_answer_has_the_headers_of_all_answers() {
    let (_site, program) = with_program().await;
    let reply = program
        .post("/api/v1/contacts", &json!({"contact": {"first_name": "Ann"}}))
        .await
        .expect(201);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert!(!reply.header("x-request-id").is_empty());
}
