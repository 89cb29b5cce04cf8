//! `GET /api`: the document of the API as an HTML page that loads nothing from other hosts.

use crate::api::document::{DOCUMENT, scope_of};
use crate::ui::layout::{Page, Section, page, table_frame};
use maud::{Markup, html};
use serde_json::Value;

/// `GET /api`
pub async fn show() -> Markup {
    let head = Page {
        title: "HTTP API",
        viewer: None,
        here: Section::None,
    };
    let document = &*DOCUMENT;
    let content = html! {
        div.narrow {
            h1 { "HTTP API" }
            (paragraphs(text(&document["info"], "description")))
            p { "The same for programs: " a href="/api/v1/openapi.json" { "OpenAPI 3.1" } "." }
            nav aria-label="Operations" {
                ul {
                    @for (path, method, described) in operations(document) {
                        li { a href={ "#" (text(described, "operationId")) } { code { (method.to_uppercase()) " " (path) } } }
                    }
                }
            }
        }
        @for (path, method, described) in operations(document) { (operation(path, method, described)) }
        h2 id="schemas" { "Types" }
        @for (name, schema) in members(&document["components"]["schemas"]) { (schema_card(name, schema)) }
    };
    page(head, content)
}

/// Path, method and description of every operation.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    members(&document["paths"]).flat_map(|(path, item)| {
        members(item)
            .filter(|(_, described)| described.get("operationId").is_some())
            .map(move |(method, described)| (path, method, described))
    })
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn paragraphs(text: &str) -> Markup {
    html! { @for paragraph in text.split("\n\n") { p { (inline(paragraph)) } } }
}

/// Renders text; parts between backticks become code.
fn inline(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn operation(path: &str, method: &str, described: &Value) -> Markup {
    let id = text(described, "operationId");
    html! {
        section.card.stack aria-labelledby=(id) {
            h2 id=(id) { (text(described, "summary")) }
            p { code { (method.to_uppercase()) " " (path) } }
            (paragraphs(text(described, "description")))
            @if let Some(scope) = scope_of(described) { p { "Scope: " code { (scope.as_str()) } } }
            @if let Some(parameters) = described["parameters"].as_array() { (parameter_table(parameters)) }
            @if let Some(body) = described.get("requestBody") { h3 { "Body" } (contents(&body["content"])) }
            h3 { "Answers" }
            dl.facts {
                @for (status, answer) in members(&described["responses"]) {
                    dt { (status) } dd { (answer_words(answer)) }
                }
            }
        }
    }
}

fn parameter_table(parameters: &[Value]) -> Markup {
    let table = html! {
        table.table {
            thead { tr { th scope="col" { "Parameter" } th scope="col" { "In" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
            tbody {
                @for parameter in parameters {
                    tr {
                        th scope="row" { code { (text(parameter, "name")) } }
                        td { (text(parameter, "in")) @if parameter["required"] == true { ", required" } }
                        td { (type_words(&parameter["schema"])) }
                        td.wrap { (inline(text(parameter, "description"))) }
                    }
                }
            }
        }
    };
    table_frame("Parameters", false, table)
}

fn contents(content: &Value) -> Markup {
    html! {
        @for (kind, media) in members(content) {
            p { code { (kind) } " " (type_words(&media["schema"])) }
            @if let Some(example) = media.get("example") { (example_block(example)) }
        }
    }
}

fn answer_words(answer: &Value) -> Markup {
    let named = text(answer, "$ref").strip_prefix("#/components/responses/");
    let answer = named.map_or(answer, |name| &DOCUMENT["components"]["responses"][name]);
    html! {
        (inline(text(answer, "description")))
        @for (_, media) in members(&answer["content"]) { " " (type_words(&media["schema"])) }
    }
}

/// The type of a value, with a link if the type has a name.
fn type_words(schema: &Value) -> Markup {
    if let Some(name) = text(schema, "$ref").strip_prefix("#/components/schemas/") {
        return html! { a href={ "#type-" (name) } { (name) } };
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices = choices.iter().filter(|choice| choice["type"] != "null");
        return html! { @for (at, choice) in choices.enumerate() { @if at > 0 { " or " } (type_words(choice)) } };
    }
    if let Some(names) = schema["enum"].as_array() {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        return html! { (names.join(", ")) };
    }
    if schema["type"] == "array" {
        return html! { "list of " (type_words(&schema["items"])) };
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or_default(),
        kind => kind.as_str().unwrap_or("any"),
    };
    html! { (kind) }
}

fn schema_card(name: &str, schema: &Value) -> Markup {
    html! {
        section.card.stack aria-labelledby={ "type-" (name) } {
            h3 id={ "type-" (name) } { (name) }
            (paragraphs(text(schema, "description")))
            @if schema.get("enum").is_some() { p { (type_words(schema)) } }
            @if schema.get("properties").is_some() {
                dl.facts {
                    @for (field, of) in members(&schema["properties"]) {
                        dt { code { (field) } }
                        dd { (type_words(of)) @let about = text(of, "description"); @if !about.is_empty() { ": " (inline(about)) } }
                    }
                }
            }
            @if let Some(example) = schema.get("example") { (example_block(example)) }
        }
    }
}

fn example_block(example: &Value) -> Markup {
    html! { pre { code { (serde_json::to_string_pretty(example).unwrap_or_default()) } } }
}
