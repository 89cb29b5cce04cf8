//! The picture of a contact: that of a kept `PHOTO`, if it is one that every browser shows.
//!
//! What a picture is, its first bytes tell, never what the card says of it.

use super::text::unescaped;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::{Contact, VcardLine};

/// Programs end BASE64 as they like.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The kinds of pictures that are shown. None of them can hold a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    Gif,
    Jpeg,
    Png,
    Webp,
}

impl PictureKind {
    /// Recognises a picture by its first bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// How vCard 3.0 names it.
    fn type_name(self) -> &'static str {
        match self {
            Self::Gif => "GIF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WEBP",
        }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub kind: PictureKind,
    pub bytes: Vec<u8>,
}

impl Picture {
    /// The picture of a contact: the first one of its kept lines.
    pub fn of_contact(contact: &Contact) -> Option<Self> {
        contact.vcard_lines.iter().find_map(Self::of_line)
    }

    /// The picture that a kept line holds. None for an address, and for what is no picture that is shown.
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

    /// The line by which vCard 3.0 holds it, the form in which pictures are kept.
    pub fn line(&self) -> Option<VcardLine> {
        let text = BASE64.encode(&self.bytes);
        VcardLine::parse(&format!("PHOTO;ENCODING=b;TYPE={}:{text}", self.kind.type_name()))
    }

    /// The line by which vCard 4.0 holds it, which has no other place for what a picture is.
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
            // An SVG, whatever it says that it is.
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
