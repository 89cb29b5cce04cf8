//! Creating and editing a contact: the form, saving it, and the conflict if another member saved first.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::conflict::{choices, take_chosen};
use crate::pages::contacts::form::{FormInput, Mistake};
use crate::pages::contacts::form_view::fields;
use crate::pages::contacts::selection::id;
use crate::session::CurrentMember;
use crate::ui::contact_text::too_large_for_a_form;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::form_data::Pairs;
use crate::ui::layout::{Page, Section, Tone, notice, page};
use app::{Error, Namesake, Right, StoredContact};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Form;
use maud::{Markup, html};
use model::{Contact, ContactId, ContactRules, Region, Version};
use std::sync::Arc;

/// The workspace settings that the contact form follows.
#[derive(Clone, Default)]
pub struct ContactSettings {
    pub rules: ContactRules,
    /// The country of numbers without country code.
    pub region: Option<Region>,
}

impl ContactSettings {
    pub async fn load(web: &Arc<Web>, signed: &CurrentMember) -> Result<Self, Problem> {
        let actor = signed.actor;
        let known = blocking(web, move |app| {
            Ok((app.contact_rules(actor)?, app.settings(actor)?.country))
        });
        let (rules, country) = known.await?;
        Ok(Self {
            rules,
            region: country.or(web.region()),
        })
    }
}

/// The state of the form page.
#[derive(Default)]
struct Shown {
    settings: ContactSettings,
    /// The contact being edited and the version at which it was read; `None` for a new contact.
    of: Option<(ContactId, Version)>,
    entered: FormInput,
    mistakes: Vec<Mistake>,
    /// Existing contacts with the same email or phone.
    namesakes: Vec<Namesake>,
    /// What another member saved since the form was opened.
    conflict: Option<Conflict>,
}

/// A change that another member saved while this one was editing.
struct Conflict {
    theirs: Contact,
    mine: Contact,
    /// The name of the other member, if known.
    by: Option<String>,
}

/// `GET /contacts/new`
pub async fn new(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Markup, Problem> {
    let settings = ContactSettings::load(&web, &signed).await?;
    Ok(show(
        &signed,
        Shown {
            settings,
            ..Shown::default()
        },
    ))
}

/// `GET /contacts/{id}/edit`
pub async fn edit(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
) -> Result<Markup, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let stored = blocking(&web, move |app| app.contact(actor, id)).await?;
    if stored.right < Right::Edit {
        return Err(Problem::App(Error::Forbidden(
            "you can view this contact but not edit it. Ask its owner for access",
        )));
    }
    if too_large_for_a_form([&stored.contact].into_iter()) {
        return Err(Problem::TooLarge(
            "This contact holds more than a form can. Export it, change it in the file, and import the file with “Update the \
             contact with the row”."
                .to_owned(),
        ));
    }
    Ok(show(
        &signed,
        Shown {
            settings: ContactSettings::load(&web, &signed).await?,
            of: Some((id, stored.version)),
            entered: FormInput::from_contact(&stored.contact),
            ..Shown::default()
        },
    ))
}

/// `POST /contacts/new`
pub async fn create(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(fields): Form<Pairs>,
) -> Result<Response, Problem> {
    sent(web, signed, None, &fields).await
}

/// `POST /contacts/{id}/edit`
pub async fn save(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
    Form(fields): Form<Pairs>,
) -> Result<Response, Problem> {
    let id = id(&contact)?;
    let version = fields.first("version").and_then(|version| version.parse().ok());
    let version = version
        .ok_or_else(|| Problem::BadRequest("The form is incomplete. Reload the page and try again.".to_owned()))?;
    sent(web, signed, Some((id, version)), &fields).await
}

async fn sent(
    web: Arc<Web>,
    signed: CurrentMember,
    of: Option<(ContactId, Version)>,
    fields: &Pairs,
) -> Result<Response, Problem> {
    let mut entered = FormInput::read(fields);
    let settings = ContactSettings::load(&web, &signed).await?;
    if let Some(list) = fields.first("add") {
        entered = entered.with_rows();
        entered.add(list);
        return Ok(show(
            &signed,
            Shown {
                settings,
                of,
                entered,
                ..Shown::default()
            },
        )
        .into_response());
    }
    let actor = signed.actor;
    let known = match of {
        Some((id, _)) => Some(blocking(&web, move |app| app.contact(actor, id)).await?),
        None => None,
    };
    let contact = match entered.contact(
        known.as_ref().map(|known| &known.contact),
        settings.region,
        &settings.rules,
    ) {
        Ok(mut contact) => {
            if let Some(known) = &known {
                take_chosen(&mut contact, &known.contact, fields);
            }
            contact
        }
        Err(mistakes) => {
            let again = Shown {
                settings,
                of,
                entered,
                mistakes,
                ..Shown::default()
            };
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, show(&signed, again)).into_response());
        }
    };
    if of.is_none() && fields.first("sure").is_none() {
        let asked = contact.clone();
        let namesakes = blocking(&web, move |app| app.namesakes(actor, &asked, None)).await?;
        if !namesakes.is_empty() {
            return Ok(show(
                &signed,
                Shown {
                    settings,
                    entered,
                    namesakes,
                    ..Shown::default()
                },
            )
            .into_response());
        }
    }
    write(&web, &signed, of, (contact, entered), (known, settings)).await
}

async fn write(
    web: &Arc<Web>,
    signed: &CurrentMember,
    of: Option<(ContactId, Version)>,
    (contact, entered): (Contact, FormInput),
    (known, settings): (Option<StoredContact>, ContactSettings),
) -> Result<Response, Problem> {
    let (actor, mine) = (signed.actor, contact.clone());
    let written = blocking(web, move |app| match of {
        None => app.create_contact(actor, contact),
        Some((id, version)) => app.edit_contact(actor, id, version, contact).map(|_| id),
    });
    match written.await {
        Ok(id) => Ok(redirect(&format!("/contacts/{id}"), Flash::text("Saved."))),
        Err(Problem::App(Error::VersionConflict { contact: id, .. })) => {
            // `known`, if loaded, is the version that the other member saved (unless it has changed once more).
            let theirs = match known {
                Some(known) => known,
                None => blocking(web, move |app| app.contact(actor, id)).await?,
            };
            let history = blocking(web, move |app| app.contact_history(actor, id)).await?;
            let again = Shown {
                settings,
                of: Some((id, theirs.version)),
                entered,
                conflict: Some(Conflict {
                    theirs: theirs.contact,
                    mine,
                    by: history.editor.filter(|name| !name.is_empty()),
                }),
                ..Shown::default()
            };
            Ok((axum::http::StatusCode::CONFLICT, show(signed, again)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn show(signed: &CurrentMember, shown: Shown) -> Markup {
    let title = if shown.of.is_some() {
        "Edit contact"
    } else {
        "New contact"
    };
    let head = Page {
        title,
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    let (action, back) = match shown.of {
        Some((id, _)) => (format!("/contacts/{id}/edit"), format!("/contacts/{id}")),
        None => ("/contacts/new".to_owned(), "/contacts".to_owned()),
    };
    let entered = shown.entered.with_rows();
    let content = html! {
        div.narrow {
            h1 { (title) }
            @if !shown.mistakes.is_empty() {
                // Receives the focus; its links lead to the invalid fields.
                div tabindex="-1" autofocus {
                    (notice(Tone::Bad, html! {
                        p { "Nothing has been saved yet. Check these fields:" }
                        ul { @for (place, what) in &shown.mistakes { li { a href={"#" (place)} { (what) } } } }
                    }))
                }
            }
            @if let Some(conflict) = &shown.conflict { (conflict_notice(conflict, &back)) }
            @if !shown.namesakes.is_empty() { (namesakes(&shown.namesakes)) }
            form.contact-form method="post" action=(action) data-warns-of-changes {
                // Enter activates the first button of a form: this one saves, the next visible one would not.
                button.visually-hidden tabindex="-1" aria-hidden="true" { "Save" }
                @if let Some((_, version)) = shown.of { input type="hidden" name="version" value=(version); }
                @if !shown.namesakes.is_empty() { input type="hidden" name="sure" value="yes"; }
                @if let Some(conflict) = &shown.conflict { div.form-section { (choices(&conflict.theirs, &conflict.mine)) } }
                (fields(&entered, &shown.mistakes, &shown.settings.rules))
                div.page-bar {
                    div.actions {
                        button.button-primary {
                            @if shown.conflict.is_some() { "Save my values" }
                            @else if !shown.namesakes.is_empty() { "Save anyway" }
                            @else { "Save" }
                        }
                        a.button href=(back) { "Cancel" }
                    }
                }
            }
        }
    };
    page(head, content)
}

fn namesakes(namesakes: &[Namesake]) -> Markup {
    notice(
        Tone::Warn,
        html! {
            p { "Nothing has been saved yet. This contact may already exist:" }
            ul {
                @for namesake in namesakes {
                    li { a href={"/contacts/" (namesake.id)} { (namesake.name) } " has this " (if namesake.by_email { "email" } else { "phone" }) " already" }
                }
            }
            p { "If it is a different person, save anyway." }
        },
    )
}

fn conflict_notice(conflict: &Conflict, back: &str) -> Markup {
    notice(
        Tone::Warn,
        html! {
            p { (conflict.by.as_deref().unwrap_or("Another member")) " saved this contact while you were editing. Your changes are not saved yet." }
            p { "Choose which values to keep and save, or " a href={(back) "/edit"} { "discard your changes" } "." }
        },
    )
}
