//! The settings of the workspace.

pub mod security;

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::forms::{country_options, field};
use crate::ui::layout::{Page, Section, Tone, notice, page};
use app::{Duplicates, Error, MOST_DAYS, MOST_DRAFTS, MOST_GIB, Match, WorkspaceSettings, fields_to_require};
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::{Region, Slot};
use std::sync::Arc;

/// The submitted form: names and values.
type Sent = Vec<(String, String)>;

/// The match rules, with their form values and names.
const MATCHES: [(Match, &str, &str); 4] = [
    (Match::EmailOrPhone, "email-or-phone", "Email or phone"),
    (
        Match::EmailOrPhoneAndName,
        "email-or-phone-and-name",
        "Email or phone, and name",
    ),
    (Match::Email, "email", "Email"),
    (Match::Phone, "phone", "Phone"),
];

/// The ways to handle duplicates, with their form values and names.
const DUPLICATES: [(Duplicates, &str, &str); 4] = [
    (Duplicates::Skip, "skip", "Skip the row"),
    (Duplicates::Update, "update", "Update the contact"),
    (Duplicates::Fill, "fill", "Fill in empty fields only"),
    (Duplicates::Create, "create", "Import as a new contact"),
];

/// `GET /settings`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
) -> Result<Response, Problem> {
    view(&web, &signed, flash, None).await
}

/// `POST /settings`
pub async fn save(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let wanted = read(&sent)?;
    let asked = wanted.clone();
    match blocking(&web, move |app| app.set_settings(actor, &asked)).await {
        Ok(()) => Ok(redirect("/settings", Flash::text("Saved."))),
        Err(Problem::App(Error::Settings(why))) => view(&web, &signed, None, Some((wanted, why))).await,
        Err(problem) => Err(problem),
    }
}

fn read(sent: &Sent) -> Result<WorkspaceSettings, Problem> {
    let value = |wanted: &str| {
        let found = sent.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let strange =
        || Problem::BadRequest("The form contains an unknown option. Reload the page and try again.".to_owned());
    let number = |name: &str| value(name).parse().unwrap_or(0);
    let matching = MATCHES.iter().find(|(_, word, _)| *word == value("match"));
    let duplicates = DUPLICATES.iter().find(|(_, word, _)| *word == value("duplicates"));
    let required = sent.iter().filter(|(name, _)| name == "required");
    Ok(WorkspaceSettings {
        name: value("name").to_owned(),
        country: Region::from_code(value("country")),
        required: required
            .map(|(_, slot)| slot.parse::<Slot>().map_err(|_| strange()))
            .collect::<Result<_, _>>()?,
        duplicates: duplicates.ok_or_else(strange)?.0,
        matching: matching.ok_or_else(strange)?.0,
        trash_days: number("trash_days"),
        log_days: number("log_days"),
        drafts_each: number("drafts_each"),
        member_gib: number("member_gib"),
        workspace_gib: number("workspace_gib"),
    })
}

async fn view(
    web: &Arc<Web>,
    signed: &CurrentMember,
    flash: Option<Flash>,
    wrong: Option<(WorkspaceSettings, String)>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let (stored, fields, signing_in) = blocking(web, move |app| {
        app.may_govern(actor)?;
        Ok((
            app.settings(actor)?,
            app.custom_fields(actor)?,
            app.security_settings(actor)?,
        ))
    })
    .await?;
    let offered = fields_to_require(&fields);
    let (settings, problem) = match wrong {
        Some((entered, why)) => (entered, Some(why)),
        None => (stored, None),
    };
    let head = Page {
        title: "Settings",
        viewer: Some(signed.viewer()),
        here: Section::Settings,
    };
    let content = html! {
        div.narrow {
            h1 { "Settings" }
            @if let Some(flash) = &flash { (flash.notice("/settings")) }
            @if let Some(problem) = &problem { (notice(Tone::Bad, html! { p { "Nothing was saved: " (problem) "." } })) }
            form.stack method="post" action="/settings" {
                (workspace(&settings))
                (required(&settings, &offered))
                (imports(&settings))
                (kept(&settings))
                (limits(&settings))
                div.actions { button.button-primary { "Save" } }
            }
            (security::form(&signing_in))
        }
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok((status, page(head, content)).into_response())
}

fn workspace(settings: &WorkspaceSettings) -> Markup {
    html! {
        fieldset.card.stack {
            legend.visually-hidden { "Workspace" }
            h2 { "Workspace" }
            (field("name", "Name of the workspace", None, None, |_| html! {
                input id="name" name="name" value=(settings.name) maxlength="100" required autocomplete="organization";
            }))
            (field("country", "Default country", Some("For phone numbers without a country code, unless the import or its file says otherwise."), None, |about| html! {
                select id="country" name="country" aria-describedby=[about] {
                    option value="" selected[settings.country.is_none()] { "None" }
                    (country_options(settings.country))
                }
            }))
        }
    }
}

fn required(settings: &WorkspaceSettings, offered: &[Slot]) -> Markup {
    html! {
        fieldset.card.stack {
            legend.visually-hidden { "Required fields" }
            h2 { "Required fields" }
            p.muted { "Required when a contact is created or edited. Existing contacts are not affected." }
            div.checks {
                @for slot in offered {
                    label.choice {
                        input type="checkbox" name="required" value=(slot) checked[settings.required.contains(slot)];
                        (slot.title())
                    }
                }
            }
        }
    }
}

fn imports(settings: &WorkspaceSettings) -> Markup {
    html! {
        fieldset.card.stack {
            legend.visually-hidden { "New imports" }
            h2 { "New imports" }
            p.muted { "Defaults for new imports. Members can change them for each import." }
            (field("match", "Match contacts by", None, None, |_| html! {
                select id="match" name="match" {
                    @for (rule, word, words) in MATCHES { option value=(word) selected[rule == settings.matching] { (words) } }
                }
            }))
            (field("duplicates", "If a contact already exists", None, None, |_| html! {
                select id="duplicates" name="duplicates" {
                    @for (what, word, words) in DUPLICATES { option value=(word) selected[what == settings.duplicates] { (words) } }
                }
            }))
        }
    }
}

fn kept(settings: &WorkspaceSettings) -> Markup {
    let days = |name, label, hint, value| number(name, label, hint, value, MOST_DAYS);
    html! {
        fieldset.card.stack {
            legend.visually-hidden { "Retention" }
            h2 { "Retention" }
            (days("trash_days", "Days in the trash", "Deleted contacts are kept this many days, then removed permanently.", settings.trash_days))
            (days("log_days", "Undo period (days)", "Imports and bulk actions can be undone for this many days. If you shorten it, older ones can no longer be undone.", settings.log_days))
        }
    }
}

fn limits(settings: &WorkspaceSettings) -> Markup {
    html! {
        fieldset.card.stack {
            legend.visually-hidden { "Uploaded files" }
            h2 { "Uploaded files" }
            p.muted { "How much disk space uploads may use. Files are deleted when an import is discarded, and 30 days after it has finished." }
            (number("drafts_each", "Drafts per member", "Imports that are uploaded but not started.", settings.drafts_each, MOST_DRAFTS))
            (number("member_gib", "GiB per member", "Total of a member's uploaded files.", settings.member_gib, MOST_GIB))
            (number("workspace_gib", "GiB for the workspace", "Total of all uploaded files.", settings.workspace_gib, MOST_GIB))
        }
    }
}

fn number(name: &str, label: &str, hint: &str, value: u32, most: u32) -> Markup {
    field(name, label, Some(hint), None, |about| {
        html! { input.short id=(name) name=(name) type="number" min="1" max=(most) value=(value) required aria-describedby=[about]; }
    })
}
