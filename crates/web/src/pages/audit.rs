//! The audit log: a filtered page of who did what and when, and its export as CSV.

use crate::Web;
use crate::bridge::blocking::{blocking, written};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, empty, page, table_frame};
use crate::ui::words::{moment, number};
use app::{AuditAction, AuditLine, AuditPage, AuditRequest, Member};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use model::ContactId;
use serde::Deserialize;
use std::sync::Arc;

/// Entries per page.
const PAGE: u64 = 100;

/// The filters and the page in the URL. Empty fields do not restrict.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    action: String,
    member: String,
    from: String,
    to: String,
    before: String,
}

/// `GET /audit`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let (actor, request) = (signed.actor, asked.request()?);
    let before: Option<ContactId> = asked.before.parse().ok();
    let found = blocking(&web, move |app| app.audit_page(actor, &request, before, PAGE)).await?;
    let head = Page {
        title: "Audit log",
        viewer: Some(signed.viewer()),
        here: Section::Audit,
    };
    let content = html! {
        div.head id="audit-head" {
            h1 { "Audit log" }
            a.button href={"/audit.csv" (asked.query(None))} { "Download CSV" }
        }
        (filters(&asked, &found.members))
        div.stack id="deeds" {
            @if found.lines.is_empty() {
                (empty("No events", html! { p { "No matching events." } a.button href="/audit" { "Show everything" } }))
            } @else {
                (table(&found))
                (steps(&asked, found.next))
            }
        }
    };
    Ok(page(head, content))
}

/// `GET /audit.csv`
pub async fn download(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (actor, request) = (signed.actor, asked.request()?);
    // Checks the right first: a member without it gets an error status, not a truncated file.
    blocking(&web, move |app| app.audit_page(actor, &request, None, 1)).await?;
    let body = written(&web, move |app, out| app.export_audit(actor, &request, out));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""),
    ];
    Ok((headers, body).into_response())
}

impl Asked {
    fn request(&self) -> Result<AuditRequest, Problem> {
        Ok(AuditRequest {
            action: AuditAction::named(&self.action),
            member: self.member.parse().ok().map(Member),
            from: day(&self.from)?.map(begin),
            // The last day is included.
            until: day(&self.to)?.and_then(|day| day.tomorrow().ok()).map(begin),
        })
    }

    /// The query string for the same filters and the page after `before`.
    fn query(&self, before: Option<ContactId>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("action", &self.action),
            ("member", &self.member),
            ("from", &self.from),
            ("to", &self.to),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

fn day(text: &str) -> Result<Option<Date>, Problem> {
    let wrong = |_| Problem::BadRequest("Use dates such as 2026-05-04.".to_owned());
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(wrong),
    }
}

/// The start of a day in UTC, in microseconds. Days beyond the range of `Timestamp` (some hours at either end of the
/// calendar) become its limits.
fn begin(day: Date) -> i64 {
    let begin = day.to_zoned(TimeZone::UTC);
    let end = if day.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    begin.map_or(end, |begin| begin.timestamp()).as_microsecond()
}

fn filters(asked: &Asked, members: &[(Member, String)]) -> Markup {
    html! {
        form.card.filter-fields method="get" action="/audit" data-swap="audit-head deeds" {
            (field("action", "Action", None, None, |_| html! {
                select id="action" name="action" {
                    option value="" { "All" }
                    @for action in AuditAction::ALL {
                        option value=(action.as_str()) selected[asked.action == action.as_str()] { (words(action)) }
                    }
                }
            }))
            (field("member", "Member", None, None, |_| html! {
                select id="member" name="member" {
                    option value="" { "All" }
                    @for (member, name) in members {
                        option value=(member.0) selected[asked.member == member.0.to_string()] { (name) }
                    }
                }
            }))
            (field("from", "From", None, None, |_| html! { input id="from" name="from" type="date" value=(asked.from); }))
            (field("to", "To", None, None, |_| html! { input id="to" name="to" type="date" value=(asked.to); }))
            button { "Show" }
        }
    }
}

fn table(found: &AuditPage) -> Markup {
    let table = html! {
        table.table.members-table {
            thead { tr {
                th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Action" }
                th scope="col" { "About" } th.number scope="col" { "Contacts" }
            } }
            tbody { @for line in &found.lines { (row(line)) } }
        }
    };
    table_frame("Audit log", false, table)
}

fn row(line: &AuditLine) -> Markup {
    html! {
        tr {
            th scope="row" { (moment(line.at)) }
            td data-is="Who" { @if line.by.is_empty() { "Unknown" } @else { (line.by) } }
            td data-is="Action" { (line.action.map_or("Other", words)) }
            td.wrap data-is="About" { (line.about) }
            td.number data-is="Contacts" { @if line.contacts > 0 { (number(line.contacts)) } }
        }
    }
}

fn steps(asked: &Asked, next: Option<ContactId>) -> Markup {
    html! {
        nav.pages aria-label="Pages" {
            div.actions {
                @if !asked.before.is_empty() { a.button.button-small href={"/audit" (asked.query(None))} { "Latest" } }
                @if next.is_some() { a.button.button-small href={"/audit" (asked.query(next))} { "Earlier" } }
            }
        }
    }
}

/// An action in words.
fn words(action: AuditAction) -> &'static str {
    match action {
        AuditAction::SignedIn => "Signed in",
        AuditAction::SlowedDown => "Failed to sign in",
        AuditAction::Invited => "Invited a member",
        AuditAction::InvitationRevoked => "Revoked an invitation",
        AuditAction::Joined => "Joined",
        AuditAction::RoleChanged => "Changed a role",
        AuditAction::Deactivated => "Deactivated a member",
        AuditAction::Reactivated => "Activated a member",
        AuditAction::Removed => "Removed a member",
        AuditAction::ResetLink => "Created a password link",
        AuditAction::PasswordChanged => "Changed their password",
        AuditAction::SignInEnded => "Ended a session",
        AuditAction::Shared => "Shared",
        AuditAction::Unshared => "Stopped sharing",
        AuditAction::HandedOver => "Transferred",
        AuditAction::Imported => "Imported",
        AuditAction::ImportUndone => "Undid an import",
        AuditAction::Exported => "Exported",
        AuditAction::Deleted => "Deleted",
        AuditAction::Restored => "Restored",
        AuditAction::Merged => "Merged",
        AuditAction::Tagged => "Tagged",
        AuditAction::Untagged => "Removed a tag",
        AuditAction::ActionUndone => "Undid a bulk action",
        AuditAction::FieldChanged => "Changed a custom field",
        AuditAction::SettingsChanged => "Changed settings",
        AuditAction::SecondFactorOn => "Set up a second factor",
        AuditAction::SecondFactorOff => "Turned off a second factor",
        AuditAction::RecoveryCodes => "Created recovery codes",
        AuditAction::Unlocked => "Cleared failed sign-in attempts",
        AuditAction::MarkedNotDuplicates => "Marked contacts as not duplicates",
        AuditAction::TokenCreated => "Created an API token",
        AuditAction::TokenRevoked => "Revoked an API token",
        AuditAction::WebhookCreated => "Created a webhook",
        AuditAction::WebhookChanged => "Changed a webhook",
        AuditAction::WebhookDeleted => "Deleted a webhook",
    }
}
