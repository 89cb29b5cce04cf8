//! Icons: 16 by 16 pixel drawings made for this program, in one file (`assets/icons.svg`). They are shown next to text
//! and hidden from screen readers.

use crate::ui::assets::embedded;
use maud::{Markup, html};

/// An icon of the sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Add,
    Audit,
    Bell,
    Columns,
    Contacts,
    Copy,
    Down,
    Duplicates,
    Export,
    Fields,
    Filter,
    Import,
    Members,
    More,
    Pen,
    Search,
    Settings,
    Shared,
    Tag,
    Trash,
    Undo,
    Up,
    View,
}

/// Every icon.
#[cfg(any(test, debug_assertions))]
pub const ALL: [Icon; 23] = [
    Icon::Add,
    Icon::Audit,
    Icon::Bell,
    Icon::Columns,
    Icon::Contacts,
    Icon::Copy,
    Icon::Down,
    Icon::Duplicates,
    Icon::Export,
    Icon::Fields,
    Icon::Filter,
    Icon::Import,
    Icon::Members,
    Icon::More,
    Icon::Pen,
    Icon::Search,
    Icon::Settings,
    Icon::Shared,
    Icon::Tag,
    Icon::Trash,
    Icon::Undo,
    Icon::Up,
    Icon::View,
];

impl Icon {
    /// Its id in the sprite.
    fn id(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Audit => "audit",
            Self::Bell => "bell",
            Self::Columns => "columns",
            Self::Contacts => "contacts",
            Self::Copy => "copy",
            Self::Down => "down",
            Self::Duplicates => "duplicates",
            Self::Export => "export",
            Self::Fields => "fields",
            Self::Filter => "filter",
            Self::Import => "import",
            Self::Members => "members",
            Self::More => "more",
            Self::Pen => "pen",
            Self::Search => "search",
            Self::Settings => "settings",
            Self::Shared => "shared",
            Self::Tag => "tag",
            Self::Trash => "trash",
            Self::Undo => "undo",
            Self::Up => "up",
            Self::View => "view",
        }
    }
}

/// The drawing, in the colour of the text around it.
pub fn icon(icon: Icon) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={(embedded().icons_url()) "#" (icon.id())} {} } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::assets::ICONS;

    #[test]
    fn the_sprite_has_every_icon_and_no_other() {
        for icon in ALL {
            assert!(ICONS.contains(&format!("<symbol id=\"{}\"", icon.id())), "{icon:?}");
        }
        assert_eq!(ICONS.matches("<symbol ").count(), ALL.len());
    }
}
