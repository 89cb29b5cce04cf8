//! The field of a new password, which several forms have.
//!
//! Owns its hint and the meter of its strength, which a script fills in. Leaves out what may be a password: that is `app`.

use crate::layout::field;
use app::PASSWORD_CHARACTERS;
use maud::{Markup, html};

/// The field, named like its id. `more` is put behind the hint.
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
