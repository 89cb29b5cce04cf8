//! Form fields that several pages use: a labelled control with hint and error, a new password, a country.

use app::PASSWORD_CHARACTERS;
use maud::{Markup, html};
use model::{Region, countries};

/// A field for a new password. Its name is the same as its id; `more` is appended to the hint.
pub fn new_password(id: &str, label: &str, more: &str, wrong: Option<&str>) -> Markup {
    let hint = format!(
        "{PASSWORD_CHARACTERS} characters or more; four words that do not belong together make a good one. Common \
         passwords and those made of your name, email or workspace are refused. {more}"
    );
    field(id, label, Some(hint.trim()), wrong, |about| {
        html! {
            input id=(id) name=(id) type="password" autocomplete="new-password" required minlength=(PASSWORD_CHARACTERS)
                aria-invalid=[wrong.map(|_| "true")] aria-describedby=[about];
            div.strength data-strength-of=(id) data-least=(PASSWORD_CHARACTERS) hidden {
                meter min="0" max="4" low="2" high="3" optimum="4" value="0" aria-hidden="true" {}
                span.small role="status" {}
            }
        }
    })
}

/// A form field: its label, a hint, and an error. `control` receives the id of the elements that describe it.
pub fn field(
    id: &str,
    label: &str,
    hint: Option<&str>,
    error: Option<&str>,
    control: impl FnOnce(Option<String>) -> Markup,
) -> Markup {
    let about = format!("{id}-about");
    let described = (hint.is_some() || error.is_some()).then(|| about.clone());
    html! {
        div.field {
            label for=(id) { (label) }
            (control(described))
            @if hint.is_some() || error.is_some() {
                div id=(about) {
                    @if let Some(error) = error { p.error { (error) } }
                    @if let Some(hint) = hint { p.hint { (hint) } }
                }
            }
        }
    }
}

/// Every country as an option.
pub fn country_options(chosen: Option<Region>) -> Markup {
    let chosen = chosen.map(Region::code);
    html! {
        @for (code, name) in countries() {
            option value=(code) selected[chosen.as_deref() == Some(code)] { (name) }
        }
    }
}
