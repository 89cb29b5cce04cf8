//! The menu in which a member chooses the columns of the list, and the handler that stores the choice.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::columns::{BUILT_IN, Column, Columns, NAME_ONLY, STANDARD};
use crate::pages::contacts::list_query::ListQuery;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::form_data::first;
use crate::ui::icon::{Icon, icon};
use axum::extract::State;
use axum::response::Redirect;
use axum_extra::extract::Form;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The chosen columns, and the list that they apply to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ColumnsForm {
    #[serde(flatten)]
    criteria: ListQuery,
    #[serde(rename = "do", deserialize_with = "first")]
    action: String,
}

/// `POST /contacts/columns`: stores the chosen columns and redirects to the list.
pub async fn choose(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<ColumnsForm>,
) -> Result<Redirect, Problem> {
    let mut criteria = sent.criteria;
    let chosen = std::mem::take(&mut criteria.columns);
    let remembered = chosen.to_remember().filter(|_| sent.action != STANDARD);
    let (actor, list) = (signed.actor, criteria.scope());
    blocking(&web, move |app| app.choose_columns(actor, list, remembered.as_deref())).await?;
    Ok(Redirect::to(&criteria.list_url(criteria.page())))
}

/// The menu for choosing columns; `kept` are hidden fields that preserve the rest of the list's state.
pub fn menu(chosen: &Columns, shown: &[Column], fields: &[String], kept: Markup) -> Markup {
    let built_in = BUILT_IN.iter().map(|(column, _, _)| column.clone());
    let known: Vec<Column> = built_in
        .chain(fields.iter().map(|name| Column::Field(name.clone())))
        .collect();
    html! {
        details.menu.choose {
            summary { (icon(Icon::Columns)) "Columns" }
            form.menu-items.stack method="post" action="/contacts/columns" {
                (kept)
                input type="hidden" name="col" value=(NAME_ONLY);
                fieldset {
                    legend { "Columns next to the name" }
                    @for column in &known {
                        label.choice {
                            input type="checkbox" name="col" value=(column.name()) checked[shown.contains(column)];
                            (column.title())
                        }
                    }
                }
                div.actions {
                    button.button-small { "Apply" }
                    @if !chosen.are_standard() { button.button-small.button-quiet name="do" value=(STANDARD) { "Standard columns" } }
                }
            }
        }
    }
}
