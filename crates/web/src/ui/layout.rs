//! The HTML document around every page, and its common elements: sidebar or header with navigation, notices, table
//! frames, pagination. The styles are in `assets/base.css`.

use crate::ui::assets;
use crate::ui::avatar::avatar;
use crate::ui::icon::{Icon, icon};
use crate::ui::locale;
use crate::ui::words::number;
use app::Role;
use maud::{DOCTYPE, Markup, html};

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// No entry.
    None,
    /// The list and its contacts.
    Contacts,
    /// Contacts that others share with the member.
    Shared,
    /// The imports and the wizard.
    Imports,
    /// Deleted contacts.
    Trash,
    /// Contacts that may be duplicates.
    Duplicates,
    /// The members of the workspace.
    Members,
    /// The custom fields.
    Fields,
    /// The settings of the workspace.
    Settings,
    /// The audit log.
    Audit,
    /// The changes of other members that concern this member.
    Notifications,
    /// The member's own account.
    Account,
}

/// The member who views a page, as shown in its header.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    /// The member's name.
    pub name: &'a str,
    pub email: &'a str,
    /// The name of the workspace.
    pub workspace: &'a str,
    /// The role; it decides which entries the navigation has.
    pub role: Role,
}

/// The parameters of the document around the content of a page.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The page's title; the name of the program is appended.
    pub title: &'a str,
    /// The member who views the page; `None` if none is known.
    pub viewer: Option<Viewer<'a>>,
    /// The current entry of the navigation.
    pub here: Section,
}

/// Renders the whole document.
pub fn page(page: Page<'_>, content: Markup) -> Markup {
    document(page, content)
}

/// Renders a whole document with a heading of its own, for pages without a known member.
pub fn bare(title: &str, here: Section, content: Markup) -> Markup {
    let page = Page {
        title,
        viewer: None,
        here,
    };
    document(page, html! { div.narrow { h1 { (title) } (content) } })
}

/// The icon of the program, embedded so that browsers do not request one.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E%3Crect width='18' height='18' rx='4' fill='%230a5f7a'/%3E%3Cpath d='M4 5h10v2H4zm0 4h10v2H4zm0 4h6v1H4z' fill='%23fff'/%3E%3C/svg%3E";

fn document(page: Page<'_>, content: Markup) -> Markup {
    let assets = assets::embedded();
    html! {
        (DOCTYPE)
        // The script formats dates and numbers for this locale.
        html lang="en" data-locale=(locale::current()) {
            head {
                meta charset="utf-8";
                title { (page.title) " · CrystalQore" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="description" content="Import, manage, share and export the contacts of a team.";
                meta name="color-scheme" content="light dark";
                link rel="icon" href=(ICON);
                link rel="stylesheet" href=(assets.css_url());
                script type="module" src=(assets.js_url()) {}
            }
            body {
                a.skip href="#main" { "Skip to content" }
                (header(page.viewer, page.here))
                main id="main" tabindex="-1" { (content) }
                div id="announcement" role="status" {}
                @if page.viewer.is_some() { (keys()) }
            }
        }
    }
}

fn header(viewer: Option<Viewer<'_>>, here: Section) -> Markup {
    html! {
        header.top {
            a.product href="/contacts" { "CrystalQore" }
            @if let Some(viewer) = viewer {
                nav aria-label="Main" {
                    (entry("/contacts", Icon::Contacts, "Contacts", here == Section::Contacts))
                    (entry("/shared", Icon::Shared, "Shared with me", here == Section::Shared))
                    (entry("/imports", Icon::Import, "Imports", here == Section::Imports))
                    (more(manages_members(viewer.role), here))
                }
                (bell(here))
                (account_menu(viewer, here))
            }
        }
    }
}

/// The link to the notifications. A script adds the number of unread ones.
fn bell(here: Section) -> Markup {
    let current = here == Section::Notifications;
    html! {
        a.bell href="/notifications" title="Notifications" aria-current=[current.then_some("page")] {
            (icon(Icon::Bell)) span.visually-hidden { "Notifications" }
        }
    }
}

/// Less frequently used entries: a section of the sidebar where there is room for one, else a menu.
fn more(manages_members: bool, here: Section) -> Markup {
    let workspace = [
        ("/members", Icon::Members, "Members", Section::Members, true),
        (
            "/fields",
            Icon::Fields,
            "Custom fields",
            Section::Fields,
            manages_members,
        ),
        (
            "/settings",
            Icon::Settings,
            "Settings",
            Section::Settings,
            manages_members,
        ),
        ("/audit", Icon::Audit, "Audit log", Section::Audit, manages_members),
    ];
    html! {
        button.more type="button" popovertarget="more" { (icon(Icon::More)) "More" }
        div.more-items id="more" popover {
            (entry("/duplicates", Icon::Duplicates, "Find duplicates", here == Section::Duplicates))
            (entry("/trash", Icon::Trash, "Trash", here == Section::Trash))
            p.nav-group { "Workspace" }
            @for (url, drawing, name, section, _) in workspace.iter().filter(|entry| entry.4) {
                (entry(url, *drawing, name, here == *section))
            }
            div id="sidebar-more" {}
        }
    }
}

fn account_menu(viewer: Viewer<'_>, here: Section) -> Markup {
    html! {
        details.menu {
            summary { (avatar(viewer.name)) span.visually-hidden { "Account of " } span.cut { (viewer.name) } }
            div.menu-items {
                p.muted { (viewer.workspace) br; (viewer.email) }
                a href="/account" aria-current=[(here == Section::Account).then_some("page")] { "Account" }
                button type="button" data-opens="keys" data-with-script { "Keyboard shortcuts" }
                form method="post" action="/sign-out" { button { "Sign out" } }
            }
        }
    }
}

/// Whether the member is an admin or owner. The pages themselves check it again in the database.
fn manages_members(role: Role) -> bool {
    role >= Role::Admin
}

fn entry(url: &str, drawing: Icon, name: &str, current: bool) -> Markup {
    html! { a href=(url) aria-current=[current.then_some("page")] { (icon(drawing)) (name) } }
}

/// The list of keyboard shortcuts, opened with `?`.
fn keys() -> Markup {
    let keys = [
        ("Ctrl K", "go to a page or a contact"),
        ("/", "search contacts"),
        ("n", "new contact"),
        ("i", "import"),
        ("j k", "next row, previous row"),
        ("x", "select the row"),
        ("Enter", "open the row"),
        ("e", "edit"),
        ("s", "share"),
        ("#", "delete (can be undone)"),
        ("?", "this list"),
    ];
    html! {
        dialog id="keys" aria-labelledby="keys-title" {
            form.stack method="dialog" {
                h2 id="keys-title" { "Keyboard shortcuts" }
                dl.facts {
                    @for (key, does) in keys { dt { kbd { (key) } } dd { (does) } }
                }
                div.actions { button autofocus { "Close" } }
            }
        }
    }
}

/// The kind of a notice. It is shown by an icon as well as by the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// Success.
    Good,
    /// Needs attention.
    Warn,
    /// Failure.
    Bad,
}

/// A notice box.
pub fn notice(tone: Tone, content: Markup) -> Markup {
    let (class, role) = match tone {
        Tone::Plain => ("notice", "note"),
        Tone::Good => ("notice notice-good", "status"),
        Tone::Warn => ("notice notice-warn", "note"),
        Tone::Bad => ("notice notice-bad", "alert"),
    };
    html! { div class=(class) role=(role) { div { (content) } } }
}

/// The content shown in place of an empty list: what to do next.
pub fn empty(heading: &str, content: Markup) -> Markup {
    html! { div.empty { h2 { (heading) } (content) } }
}

/// A table's frame. With `scroll` it is a scroll area with its own height, for wide tables. The keyboard can scroll it.
pub fn table_frame(label: &str, scroll: bool, table: Markup) -> Markup {
    let class = if scroll {
        "table-wrap table-scroll"
    } else {
        "table-wrap"
    };
    html! { div class=(class) role="region" aria-label=(label) tabindex="0" { (table) } }
}

/// The pagination of a list: `at` counts from 0, `url` returns the address of a page, `swap` lists the ids of elements
/// that a script may replace.
pub fn pages(at: u64, pages: u64, swap: &str, url: impl Fn(u64) -> String) -> Markup {
    let step = |to: Option<u64>, name: &str| {
        html! { @if let Some(to) = to { a.button.button-small href=(url(to)) data-swap=(swap) { (name) } } }
    };
    html! {
        nav.pages aria-label="Pages" {
            span { "Page " (number(at + 1)) " of " (number(pages.max(1))) }
            div.actions {
                (step((at > 1).then_some(0), "First"))
                (step(at.checked_sub(1), "Previous"))
                (step((at + 1 < pages).then_some(at + 1), "Next"))
                (step((at + 2 < pages).then_some(pages.saturating_sub(1)), "Last"))
            }
        }
    }
}
