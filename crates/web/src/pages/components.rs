//! `GET /ui`, in debug builds: every component of the pages in every state. A browser test
//! (`tests/browser/components.spec.js`) compares screenshots of them with recorded ones.

use crate::session::CurrentMember;
use crate::ui::avatar::avatar;
use crate::ui::flash::{Change, Flash};
use crate::ui::forms::field;
use crate::ui::icon::{ALL as ICONS, Icon, icon};
use crate::ui::layout::{Page, Section, Tone, empty, notice, page, pages, table_frame};
use crate::ui::outcomes::{bar, tabs};
use crate::ui::words::{birthday, date, moment, number};
use app::{Counts, RowClass};
use maud::{Markup, html};
use model::Birthday;

/// A fixed time: 2026-05-04 16:30 UTC.
const MOMENT: i64 = 1_777_912_200_000_000;

/// Counts in which every outcome occurs.
const COUNTS: Counts = Counts {
    rows: 12_345,
    new: 9_000,
    update: 1_200,
    unchanged: 345,
    duplicate: 1_000,
    ambiguous: 100,
    conflict: 100,
    invalid: 600,
    possible: 200,
};

/// A group of components: its title, and the name and markup of each component.
type Group = (&'static str, Vec<(&'static str, Markup)>);

/// `GET /ui`
pub async fn show(signed: CurrentMember) -> Markup {
    let head = Page {
        title: "Components",
        viewer: Some(signed.viewer()),
        here: Section::None,
    };
    let groups = [
        text(),
        buttons(),
        fields(),
        notices(),
        labels(),
        pictures(),
        tables(),
        progress(),
        surfaces(),
    ];
    let content = html! {
        h1 { "Components" }
        @for (title, components) in groups {
            section.card.stack aria-label=(title) {
                h2 { (title) }
                @for (name, component) in components {
                    div { p.small.muted { (name) } div data-component=(name) { (component) } }
                }
            }
        }
    };
    page(head, content)
}

fn text() -> Group {
    let components = vec![
        ("heading 2", html! { h2 { "A section" } }),
        ("heading 3", html! { h3 { "A part" } }),
        ("text", html! { p { "A sentence with a " a href="/ui" { "link" } "." } }),
        ("small text", html! { p.small { "A remark." } }),
        ("muted text", html! { p.muted { "What is less important." } }),
        ("large number", html! { p.number-large { (number(12_345)) } }),
        ("link", html! { a href="/ui" { "A link" } }),
        ("code", html! { code { "crystalqore serve" } }),
        (
            "block of code",
            html! { pre tabindex="0" { "crystalqore import people.csv" } },
        ),
        ("key", html! { kbd { "Ctrl K" } }),
        ("date", html! { (date(MOMENT)) }),
        ("moment", html! { (moment(MOMENT)) }),
        (
            "birthday",
            html! { @if let Some(day) = Birthday::new(None, 3, 9) { (birthday(day)) } },
        ),
    ];
    ("Text", components)
}

fn buttons() -> Group {
    let components = vec![
        ("button", html! { button type="button" { "Save" } }),
        (
            "button with an icon",
            html! { button type="button" { (icon(Icon::Import)) "Import" } },
        ),
        (
            "primary button",
            html! { button.button-primary type="button" { "Save" } },
        ),
        (
            "dangerous button",
            html! { button.button-danger type="button" { "Delete" } },
        ),
        ("quiet button", html! { button.button-quiet type="button" { "Cancel" } }),
        ("small button", html! { button.button-small type="button" { "Undo" } }),
        (
            "small primary button",
            html! { button.button-small.button-primary type="button" { "Save" } },
        ),
        ("disabled button", html! { button type="button" disabled { "Save" } }),
        (
            "disabled primary button",
            html! { button.button-primary type="button" disabled { "Import 0 contacts" } },
        ),
        ("link as a button", html! { a.button href="/ui" { "Export" } }),
    ];
    ("Buttons", components)
}

fn fields() -> Group {
    let input = |id: &'static str, wrong: bool| move |about: Option<String>| html! { input id=(id) name=(id) value="Ada" aria-describedby=[about] aria-invalid=[wrong.then_some("true")]; };
    let components = vec![
        ("field", field("plain", "First name", None, None, input("plain", false))),
        (
            "field with a hint",
            field(
                "hinted",
                "Nickname",
                Some("What friends say."),
                None,
                input("hinted", false),
            ),
        ),
        (
            "field with an error",
            field(
                "wrong",
                "Email",
                None,
                Some("“Ada” is not an email."),
                input("wrong", true),
            ),
        ),
        ("text field", html! { input aria-label="Text field" value="Ada"; }),
        (
            "empty text field",
            html! { input aria-label="Empty text field" placeholder="Search"; },
        ),
        (
            "wrong text field",
            html! { input aria-label="Wrong text field" value="Ada" aria-invalid="true"; },
        ),
        (
            "choice of one",
            html! { select aria-label="Choice of one" { option { "Can view" } option { "Can edit" } } },
        ),
        ("long text", html! { textarea aria-label="Long text" { "Likes tea" } }),
        ("day", html! { input type="date" aria-label="Day" value="2026-05-04"; }),
        ("file", html! { input type="file" aria-label="File"; }),
        (
            "box",
            html! { label.choice { input type="checkbox" checked; "Has no email" } },
        ),
        (
            "one of several",
            html! { label.choice { input type="radio" name="one" checked; "CSV" } },
        ),
    ];
    ("Fields", components)
}

fn notices() -> Group {
    let said = |tone| notice(tone, html! { p { "6 contacts were imported." } });
    let undoable = Flash::Changed {
        change: Change::Tag,
        contacts: 12_345,
        skipped: 2,
        action: Some(1),
        more_duplicates: None,
    };
    let components = vec![
        ("plain notice", said(Tone::Plain)),
        ("good notice", said(Tone::Good)),
        ("warning", said(Tone::Warn)),
        ("error", said(Tone::Bad)),
        ("message with an undo", undoable.notice("/ui")),
    ];
    ("Notices", components)
}

fn labels() -> Group {
    let components = vec![
        ("tag", html! { span.tag { "customer" } }),
        ("tag that is a link", html! { a.tag href="/ui" { "customer" } }),
        ("badge", html! { span.badge { "Stopped" } }),
        ("good badge", html! { span.badge.badge-good { "Likely" } }),
        ("badge of a warning", html! { span.badge.badge-warn { "Please check" } }),
        ("badge of an error", html! { span.badge.badge-bad { "Invalid" } }),
        ("count", html! { span.nav-count { (number(1_234)) } }),
        ("count of a tab", html! { span.tab-count { (number(1_234)) } }),
        (
            "old and new value",
            html! { ul.changes { li { del { "Acme" } " → " ins { "Acme Inc" } } } },
        ),
    ];
    ("Labels", components)
}

fn pictures() -> Group {
    let mut components = vec![
        ("avatar", avatar("Ada Lovelace")),
        (
            "avatars",
            html! { div.actions { @for name in ["Ada", "Bob", "Cy", "Dora", "Eve", "Frank", "Gus", "Hal", "Ida", "Jo"] { (avatar(name)) } } },
        ),
    ];
    components.push(("icon", icon(Icon::Search)));
    components.push(("icons", html! { div.actions { @for one in ICONS { (icon(one)) } } }));
    ("Pictures", components)
}

fn tables() -> Group {
    let rows = [
        ("Ada Lovelace", "ada@example.org", 12_u64),
        ("Grace Hopper", "grace@example.org", 1_234),
    ];
    let table = html! {
        table.table {
            thead { tr {
                th scope="col" aria-sort="ascending" { a href="/ui" { "Name" (icon(Icon::Up)) } }
                th scope="col" { "Email" }
                th.number scope="col" { "Contacts" }
            } }
            tbody {
                @for (name, email, count) in rows {
                    tr { th scope="row" { (avatar(name)) " " a href="/ui" { (name) } } td { (email) } td.number { (number(count)) } }
                }
            }
        }
    };
    let components = vec![
        ("table", table_frame("Members as an example", false, table)),
        ("pages of a list", pages(1, 30, "", |at| format!("/ui?page={at}"))),
        ("bar of outcomes", bar(&COUNTS)),
        (
            "tabs",
            tabs(&COUNTS, Some(RowClass::New), "", RowClass::as_str, |_| "/ui".to_owned()),
        ),
        (
            "values",
            html! { dl.facts { dt { "Email" } dd { "ada@example.org" } dt { "City" } dd { "London" } } },
        ),
    ];
    ("Tables", components)
}

fn progress() -> Group {
    let components = vec![
        (
            "progress",
            html! { progress aria-label="Progress" max="100" value="40" {} },
        ),
        (
            "steps",
            html! {
                ol.steps aria-label="Steps" { li data-done { span.step-name { "Upload" } } li aria-current="step" { span.step-name { "Map columns" } } li { span.step-name { "Preview" } } }
            },
        ),
        (
            "timeline",
            html! { ol.timeline { li { p { "Edited" } p.small.muted { (moment(MOMENT)) } } li { p { "Shared with Bob (can view)" } } } },
        ),
    ];
    ("Progress", components)
}

fn surfaces() -> Group {
    let menu = |open: bool| {
        html! {
            details.menu open[open] {
                summary.button { "Menu" }
                div.menu-items { a href="/ui" { "Transfer" } button.danger type="button" { "Delete" } }
            }
        }
    };
    let components = vec![
        (
            "section",
            html! { section.card aria-label="A section" { p { "What belongs together." } } },
        ),
        (
            "section that opens",
            html! { details.card { summary { "More fields" } p { "Rare ones." } } },
        ),
        (
            "empty list",
            empty(
                "No contacts yet",
                html! { p { "Import from any CSV file." } button.button-primary type="button" { "Import contacts" } },
            ),
        ),
        ("closed menu", menu(false)),
        ("open menu", menu(true)),
    ];
    ("Surfaces", components)
}
