//! The stylesheet, the script and the icons, embedded in the binary, under addresses that contain a hash of their
//! content.

use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_64;

pub const CSS: &str = concat!(
    include_str!("../../assets/base.css"),
    include_str!("../../assets/contacts.css"),
    include_str!("../../assets/import.css"),
    include_str!("../../assets/members.css"),
);
pub const JS: &str = concat!(
    include_str!("../../assets/app.js"),
    include_str!("../../assets/contacts.js"),
    include_str!("../../assets/import.js"),
);

pub const ICONS: &str = include_str!("../../assets/icons.svg");

static EMBEDDED: LazyLock<Assets> = LazyLock::new(|| Assets {
    css: name(CSS, "css"),
    js: name(JS, "js"),
    icons: name(ICONS, "svg"),
});

/// The file names of the assets of this binary, which contain a hash of the content.
pub struct Assets {
    /// The file name of the stylesheet.
    pub css: String,
    /// The file name of the script.
    pub js: String,
    /// The file name of the icons.
    pub icons: String,
}

fn name(content: &str, ending: &str) -> String {
    format!("{:016x}.{ending}", xxh3_64(content.as_bytes()))
}

/// The assets of this binary.
pub fn embedded() -> &'static Assets {
    &EMBEDDED
}

impl Assets {
    /// The address of the stylesheet.
    pub fn css_url(&self) -> String {
        format!("/assets/{}", self.css)
    }

    /// The address of the script.
    pub fn js_url(&self) -> String {
        format!("/assets/{}", self.js)
    }

    /// The address of the icons.
    pub fn icons_url(&self) -> String {
        format!("/assets/{}", self.icons)
    }
}
