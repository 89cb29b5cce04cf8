//! What all pages share: the document around them and small pieces.
//!
//! Owns the head, the header with its navigation, notices, pages of a list, empty states, numbers and times. Leaves out what
//! a page says, and how it looks (`assets/base.css`).

use crate::Web;
use crate::assets;
use crate::session::Signed;
use maud::{DOCTYPE, Markup, html};

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// None of them.
    None,
    /// The list and its contacts.
    Contacts,
    /// The imports and the wizard.
    Imports,
    /// What was deleted.
    Trash,
    /// The member's own account.
    Account,
}

/// What stands around the content of a page.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The page's title; the program's name is put behind.
    pub title: &'a str,
    /// Who sees it.
    pub signed: Option<&'a Signed>,
    /// Which entry of the navigation is current.
    pub here: Section,
}

/// The whole document.
pub fn page(_web: &Web, page: Page<'_>, content: Markup) -> Markup {
    document(page, content)
}

/// A whole document with a heading of its own, for when nothing is known of who asks.
pub fn bare(title: &str, here: Section, content: Markup) -> Markup {
    let page = Page {
        title,
        signed: None,
        here,
    };
    document(page, html! { h1 { (title) } (content) })
}

fn document(page: Page<'_>, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (page.title) " · CrystalQore" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="stylesheet" href=(assets::embedded().css_url());
                script type="module" src=(assets::embedded().js_url()) {}
            }
            body {
                a.skip href="#main" { "Skip to content" }
                @if let Some(signed) = page.signed { (header(signed, page.here)) }
                main id="main" tabindex="-1" { (content) }
            }
        }
    }
}

fn header(signed: &Signed, here: Section) -> Markup {
    html! {
        header.top {
            a.product href="/contacts" { "CrystalQore" }
            nav aria-label="Main" {
                (entry("/contacts", "Contacts", here == Section::Contacts))
                (entry("/imports", "Imports", here == Section::Imports))
                (entry("/trash", "Trash", here == Section::Trash))
            }
            details.menu {
                summary { (signed.name) }
                div.menu-items {
                    p.muted { (signed.workspace_name) }
                    a href="/account" { "Account" }
                    form method="post" action="/sign-out" { button.button-quiet { "Sign out" } }
                }
            }
        }
    }
}

fn entry(url: &str, name: &str, current: bool) -> Markup {
    html! { a href=(url) aria-current=[current.then_some("page")] { (name) } }
}

/// A number with groups of digits: 12,345.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let texts = [0, 7, 999, 1_000, 12_345, 1_234_567].map(number);
        assert_eq!(texts, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }
}
