//! QR codes: text that a phone reads from the screen.

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// The margin of light modules around a QR code that scanners need.
const QUIET: i32 = 4;

/// Renders a text as SVG: one path of dark squares on white, independent of the page's colours. `None` if the text is
/// too long.
pub fn qr_code(text: &str, label: &str) -> Option<Markup> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).or_else(|_| QrCode::encode_text(text, QrCodeEcc::Low));
    let code = code.ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing into a `String` cannot fail.
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    let side = code.size() + 2 * QUIET;
    Some(html! {
        svg.qr viewBox={"0 0 " (side) " " (side)} width="220" height="220" role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width="100%" height="100%" fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_drawing_unless_it_is_too_long() {
        let drawing = qr_code("BEGIN:VCARD", "a card")
            .map(Markup::into_string)
            .unwrap_or_default();
        assert!(
            drawing.contains("aria-label=\"a card\"") && drawing.contains("M4,4h1"),
            "{drawing}"
        );
        assert!(qr_code(&"x".repeat(2_900), "a card").is_some());
        assert!(qr_code(&"x".repeat(3_000), "a card").is_none());
    }
}
