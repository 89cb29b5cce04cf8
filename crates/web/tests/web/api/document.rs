//! The document of the API: in step with the routes, complete, and stored in the repository.

use super::with_program;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use web::routes::{Access, table};

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

/// Rewrites the file: `cargo nextest run -p web --run-ignored only -E 'test(document_is_written)'`.
#[test]
#[ignore = "it writes docs/openapi.json"]
fn the_document_is_written() {
    std::fs::write(kept(), web::openapi_text()).unwrap();
}

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let there = std::fs::read_to_string(kept()).unwrap_or_default();
    assert!(
        there == web::openapi_text(),
        "docs/openapi.json is not what the program serves; look at the difference after: cargo nextest run -p web \
         --run-ignored only -E 'test(document_is_written)'"
    );
}

pub fn document() -> Value {
    serde_json::from_str(&web::openapi_text()).unwrap()
}

/// Path, method and description of every operation.
pub fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            all.push((path.clone(), method.to_uppercase(), described));
        }
    }
    all
}

#[test]
fn every_route_of_programs_is_in_the_document_with_its_scope() {
    let document = document();
    let described: BTreeSet<(String, String, String)> = operations(&document)
        .into_iter()
        .map(|(path, method, of)| (method, path, of["x-scope"].as_str().unwrap().to_owned()))
        .collect();
    let routed: BTreeSet<(String, String, String)> = table()
        .into_iter()
        .filter_map(|route| match route.access {
            Access::Token(scope) => Some((
                route.method.to_owned(),
                route.path.into_owned(),
                scope.as_str().to_owned(),
            )),
            _ => None,
        })
        .collect();
    assert_eq!(described, routed);
    let elsewhere: Vec<String> = table()
        .into_iter()
        .filter(|route| route.path.starts_with("/api/v1/") && !matches!(route.access, Access::Token(_)))
        .map(|route| route.path.into_owned())
        .collect();
    assert_eq!(elsewhere, ["/api/v1/openapi.json"]);
}

/// Whether a media type or the type that it refers to has an example.
fn has_example(document: &Value, content: &Value) -> bool {
    content.as_object().into_iter().flatten().any(|(kind, media)| {
        let name = media["schema"]["$ref"]
            .as_str()
            .and_then(|name| name.rsplit('/').next());
        let schema = name.map_or(&media["schema"], |name| &document["components"]["schemas"][name]);
        kind.starts_with("text/") || media.get("example").is_some() || schema.get("example").is_some()
    })
}

#[test]
fn every_operation_is_described_with_an_example_errors_and_a_scope() {
    let document = document();
    assert!(
        document["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        document["openapi"]
    );
    let mut ids = BTreeSet::new();
    let mut lacking = Vec::new();
    for (path, method, of) in operations(&document) {
        let mut lacks = |what: &str| lacking.push(format!("{method} {path}: {what}"));
        let says = |name: &str| of[name].as_str().is_some_and(|text| text.len() > 10);
        if !says("summary") || !says("description") {
            lacks("description");
        }
        if !ids.insert(of["operationId"].as_str().unwrap_or_default().to_owned()) {
            lacks("an id of its own");
        }
        let answers = of["responses"].as_object().unwrap();
        if !["400", "401", "403", "422", "429"]
            .iter()
            .all(|status| answers.contains_key(*status))
        {
            lacks("errors");
        }
        let successes = answers.iter().filter(|(status, _)| status.starts_with('2'));
        let examples = successes
            .clone()
            .any(|(status, answer)| status == "204" || has_example(&document, &answer["content"]));
        if !examples {
            lacks("example of the answer");
        }
        if of.get("requestBody").is_some() && !has_example(&document, &of["requestBody"]["content"]) {
            lacks("example of the body");
        }
        if of["security"][0]["token"][0].as_str().is_none() {
            lacks("scope");
        }
        for parameter in of["parameters"].as_array().into_iter().flatten() {
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                lacks(&format!("description of {}", parameter["name"]));
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[test]
fn every_type_that_is_named_is_there() {
    let document = document();
    let text = document.to_string();
    for part in text.split("\"$ref\":\"").skip(1) {
        let reference = part.split('"').next().unwrap();
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn everybody_may_read_what_the_api_is() {
    let (site, _) = with_program().await;
    let served = site.browser().get("/api/v1/openapi.json").await;
    assert_eq!(
        (served.status.as_u16(), served.header("content-type")),
        (200, "application/json")
    );
    assert_eq!(served.body, web::openapi_text());
    let page = site.browser().get("/api").await;
    assert_eq!(page.status.as_u16(), 200);
    for part in [
        "list_contacts",
        "contacts:write",
        "/api/v1/contacts/{id}:restore",
        "ContactResource",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(
        !page.body.contains("src=\"http") && !page.body.contains("href=\"http"),
        "no other host"
    );
}
