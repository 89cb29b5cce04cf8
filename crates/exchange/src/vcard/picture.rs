//! The picture of a contact, from a kept `PHOTO` line, if every browser can display it.
//!
//! The kind of a picture is detected from its first bytes, never taken from the type that the card declares.

use super::text::unescaped;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::{Contact, VcardLine};

/// Programs differ in how they pad BASE64.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The kinds of pictures that are displayed. None of them can contain a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    Gif,
    Jpeg,
    Png,
    Webp,
}

impl PictureKind {
    /// Detects the kind of a picture from its first bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The type name in vCard 3.0.
    fn type_name(self) -> &'static str {
        match self {
            Self::Gif => "GIF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WEBP",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub kind: PictureKind,
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Returns the picture of a contact: the first one among its kept lines.
    pub fn of_contact(contact: &Contact) -> Option<Self> {
        contact.vcard_lines.iter().find_map(Self::of_line)
    }

    /// Returns the picture of a kept line. `None` if the value is a web address or not a picture that can be
    /// displayed.
    pub fn of_line(line: &VcardLine) -> Option<Self> {
        if !line.name().eq_ignore_ascii_case("PHOTO") {
            return None;
        }
        let value = line.value();
        let text = match value.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("data:")) {
            true => unescaped(value).split_once(";base64,")?.1.to_owned(),
            false => value.to_owned(),
        };
        let bytes = BASE64.decode(text.trim()).ok()?;
        let kind = PictureKind::from_bytes(&bytes)?;
        Some(Self { kind, bytes })
    }

    /// Returns the picture as a line of vCard 3.0, the form in which pictures are kept.
    pub fn line(&self) -> Option<VcardLine> {
        let text = BASE64.encode(&self.bytes);
        VcardLine::parse(&format!("PHOTO;ENCODING=b;TYPE={}:{text}", self.kind.type_name()))
    }

    /// Returns the picture as a line of vCard 4.0, which declares the media type in a data URI.
    pub fn line_of_v4(&self) -> String {
        let text = BASE64.encode(&self.bytes);
        format!("PHOTO:data:{};base64,{text}", self.kind.media_type())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> VcardLine {
        VcardLine::parse(text).unwrap()
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes_alone() {
        let kind = |text: &str| Picture::of_line(&line(text)).map(|picture| picture.kind);
        assert_eq!(kind("PHOTO;ENCODING=b;TYPE=PNG:/9j/4AAQ"), Some(PictureKind::Jpeg));
        assert_eq!(
            kind("item1.photo;VALUE=uri:data:image/svg+xml;base64,iVBORw0KGgo="),
            Some(PictureKind::Png)
        );
        assert_eq!(
            kind("PHOTO:data:image/gif\\;base64\\,R0lGODlhAQABAA"),
            Some(PictureKind::Gif)
        );
        assert_eq!(kind("PHOTO;ENCODING=b:UklGRgAAAABXRUJQVlA4"), Some(PictureKind::Webp));
        for no_picture in [
            "PHOTO;VALUE=uri:https://example.org/ann.jpg",
            // An SVG that is declared as a JPEG.
            "PHOTO;ENCODING=b;TYPE=JPEG:PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg==",
            "PHOTO:data:image/svg+xml,<svg/>",
            "PHOTO;ENCODING=b:not base64 !",
            "LOGO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
        ] {
            assert_eq!(Picture::of_line(&line(no_picture)), None, "{no_picture}");
        }
    }

    #[test]
    fn a_picture_is_written_in_the_form_of_each_version() {
        let kept = line("PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ");
        let picture = Picture::of_line(&kept).unwrap();
        assert_eq!(picture.line().as_ref(), Some(&kept));
        let of_v4 = picture.line_of_v4();
        assert_eq!(of_v4, "PHOTO:data:image/jpeg;base64,/9j/4AAQ");
        assert_eq!(Picture::of_line(&line(&of_v4)), Some(picture));
    }
}
