//! The OpenAPI 3.1 document of the API, generated from the handlers and their types.
//!
//! Properties common to all operations are added here, so that no handler repeats them: the scope, the header
//! `Idempotency-Key` of every POST, and the error responses that any operation may give.

use crate::api::once::HEADER as IDEMPOTENCY_KEY;
use crate::api::operations::{Operation, operations};
use crate::api::problem::ProblemDetails;
use app::TokenScope;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::openapi::path::PathsBuilder;
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::{InfoBuilder, OpenApiBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The document, as served and as stored in the repository.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

const DESCRIPTION: &str = "With an API token of a member, a program can do everything that the member can do. Errors are problem \
    details (RFC 9457) with a stable `code`. Requests with unknown fields are rejected; the error names the fields. Every \
    POST accepts an `Idempotency-Key`. States and codes may be added: treat an unknown state as not finished, and \
    handle an unknown code by its status.\n\nNot included are signing in, passwords, second factors and API tokens \
    themselves. They require the member's password and are on the page Account.";

/// The document as formatted JSON.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&*DOCUMENT).unwrap_or_default();
    text.push('\n');
    text
}

/// `GET /api/v1/openapi.json`
pub async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

fn document() -> Value {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    let mut nested: Vec<(String, RefOr<utoipa::openapi::schema::Schema>)> = Vec::new();
    ProblemDetails::schemas(&mut nested);
    components = components.schema(ProblemDetails::name(), ProblemDetails::schema());
    let all = operations();
    for operation in &all {
        paths = paths.path(operation.path.clone(), operation.item.clone());
        nested.extend(operation.schemas.iter().cloned());
    }
    for (name, schema) in nested {
        components = components.schema(name, schema);
    }
    let info = InfoBuilder::new()
        .title("CrystalQore")
        .version("1")
        .description(Some(DESCRIPTION));
    let built = OpenApiBuilder::new()
        .info(info.build())
        .paths(paths.build())
        .components(Some(components.build()))
        .build();
    let mut document = serde_json::to_value(built).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({"token": {
        "type": "http", "scheme": "bearer",
        "description": "An API token of a member, created on the page Account or with `crystalqore token create`. Scopes: \
                        contacts:read, contacts:write, imports, exports, admin.",
    }});
    document["components"]["responses"] = common_answers();
    for operation in &all {
        let method = operation.method.to_ascii_lowercase();
        complete(&mut document["paths"][&operation.path][&method], operation);
    }
    document
}

/// The error responses that any operation may give.
const COMMON: [(&str, &str, &str); 12] = [
    (
        "400",
        "BadRequest",
        "A parameter, a header or the syntax of the body is invalid",
    ),
    ("401", "NoToken", "The token is missing or invalid"),
    (
        "403",
        "Forbidden",
        "The token lacks the scope, or the member lacks the right",
    ),
    (
        "404",
        "NotFound",
        "The resource does not exist, or the member may not see it",
    ),
    ("408", "RequestTimeout", "The body arrived too slowly"),
    (
        "409",
        "Conflict",
        "The operation is not possible in the current state; `code` gives the reason",
    ),
    ("413", "TooLarge", "The request exceeds a size limit or a quota"),
    (
        "421",
        "UnknownHost",
        "The server does not serve the requested host name",
    ),
    (
        "422",
        "Invalid",
        "Values are invalid; `errors` lists each with its location",
    ),
    (
        "429",
        "TooMany",
        "Too many requests; `Retry-After` gives the time to wait",
    ),
    (
        "503",
        "Busy",
        "The server is temporarily busy; `Retry-After` may give the time to wait",
    ),
    ("507", "DiskFull", "The server's disk is full"),
];

fn common_answers() -> Value {
    let answers = COMMON.iter().map(|(_, name, description)| {
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}});
        (
            (*name).to_owned(),
            json!({"description": description, "content": content}),
        )
    });
    let mut answers: Map<String, Value> = answers.collect();
    for name in ["TooMany", "Busy"] {
        answers[name]["headers"] = json!({"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}});
    }
    answers["NoToken"]["headers"] = json!({"WWW-Authenticate": {"schema": {"type": "string"}}});
    Value::Object(answers)
}

/// Adds the properties common to all operations.
fn complete(described: &mut Value, operation: &Operation) {
    let has_body = described.get("requestBody").is_some();
    if let Some(answers) = described["responses"].as_object_mut() {
        for (status, name, _) in COMMON {
            let reference = json!({"$ref": format!("#/components/responses/{name}")});
            answers.entry(status).or_insert(reference);
        }
        if has_body {
            let content =
                json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}});
            answers.insert(
                "415".to_owned(),
                json!({"description": "The content type of the body is not supported", "content": content}),
            );
        }
    }
    described["security"] = json!([{ "token": [operation.scope.as_str()] }]);
    described["x-scope"] = operation.scope.as_str().into();
    if operation.method == "POST" {
        let key = json!({
            "name": IDEMPOTENCY_KEY, "in": "header", "required": false,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "A key for this request, such as a UUID. If the request is repeated with the same key within 24 \
                            hours, it takes effect once and gets the same response as the first time.",
        });
        match described.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(key),
            None => described["parameters"] = json!([key]),
        }
    }
}

/// The scope that an operation of the document needs.
pub fn scope_of(described: &Value) -> Option<TokenScope> {
    TokenScope::named(described.get("x-scope")?.as_str()?)
}
