//! Reads a contact from the JSON that `contact_json` writes, in a third of the time that serde takes: every contact
//! that a row matches and every exported contact is read once.
//!
//! It accepts a subset of what serde accepts, and returns the same contact: no blanks between tokens, no unknown or
//! repeated keys, and only the escapes that `contact_json` writes. Anything else is left to serde.

use crate::birthday::Birthday;
use crate::contact::{Address, Contact, LabeledEmail, LabeledPhone, Website};
use crate::email::Email;
use crate::label::Label;
use crate::phone::Phone;
use crate::text::Text;
use crate::vcard_line::VcardLine;
use compact_str::CompactString;
use std::borrow::Cow;

impl Contact {
    /// Reads what [`Contact::to_json`] wrote.
    ///
    /// # Errors
    /// If the text is not a contact's JSON.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        read(json).map_or_else(|| serde_json::from_str(json), Ok)
    }
}

/// Reads a contact from JSON. `None` if the text must be left to serde.
fn read(json: &str) -> Option<Contact> {
    let mut json = Json { rest: json };
    let contact = json.contact()?;
    json.rest.is_empty().then_some(contact)
}

/// The rest of the text.
struct Json<'a> {
    rest: &'a str,
}

/// The keys of an object that were read, as bits by their positions among the possible keys.
#[derive(Default)]
struct Keys(u32);

impl Keys {
    /// Marks a key as read. `None` if it was read before.
    fn note(&mut self, place: u32) -> Option<()> {
        let bit = 1 << place;
        let is_first = self.0 & bit == 0;
        self.0 |= bit;
        is_first.then_some(())
    }
}

impl<'a> Json<'a> {
    fn contact(&mut self) -> Option<Contact> {
        let mut contact = Contact::default();
        let mut keys = Keys::default();
        self.object(|json, key| {
            let (place, text) = match key {
                "prefix" => (0, &mut contact.prefix),
                "first_name" => (1, &mut contact.first_name),
                "middle_name" => (2, &mut contact.middle_name),
                "last_name" => (3, &mut contact.last_name),
                "suffix" => (4, &mut contact.suffix),
                "nickname" => (5, &mut contact.nickname),
                "company" => (6, &mut contact.company),
                "department" => (7, &mut contact.department),
                "title" => (8, &mut contact.title),
                "notes" => (9, &mut contact.notes),
                _ => return json.other_value(key, &mut contact, &mut keys),
            };
            keys.note(place)?;
            *text = json.text()?;
            Some(())
        })?;
        Some(contact)
    }

    /// Reads a value of a contact that is not a text.
    fn other_value(&mut self, key: &str, contact: &mut Contact, keys: &mut Keys) -> Option<()> {
        match key {
            "emails" => {
                keys.note(10)?;
                contact.emails = self.list(Self::email)?;
            }
            "phones" => {
                keys.note(11)?;
                contact.phones = self.list(Self::phone)?;
            }
            "addresses" => {
                keys.note(12)?;
                contact.addresses = self.list(Self::address)?;
            }
            "website" => {
                keys.note(13)?;
                contact.websites = self.list(Self::website)?;
            }
            "birthday" => {
                keys.note(14)?;
                contact.birthday = Some(Birthday::try_from(self.compact()?).ok()?);
            }
            "tags" => {
                keys.note(15)?;
                contact.tags = self.list(Self::text)?;
            }
            "custom" => {
                keys.note(16)?;
                self.object(|json, name| {
                    contact.custom.insert(name.to_owned(), json.text()?);
                    Some(())
                })?;
            }
            "vcard_lines" => {
                keys.note(17)?;
                contact.vcard_lines = self.list(|json| VcardLine::try_from(json.string()?.into_owned()).ok())?;
            }
            _ => return None,
        }
        Some(())
    }

    fn email(&mut self) -> Option<LabeledEmail> {
        let (label, value) = self.labelled(Self::compact)?;
        let value = Email::from_stored(value);
        Some(LabeledEmail { label, value })
    }

    fn website(&mut self) -> Option<Website> {
        let (label, value) = self.labelled(Self::text)?;
        Some(Website { label, value })
    }

    /// Reads an object with a value and an optional label.
    fn labelled<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<(Label, T)> {
        let (mut label, mut value) = (None, None);
        self.object(|json, key| match key {
            "label" if label.is_none() => {
                label = Some(json.label()?);
                Some(())
            }
            "value" if value.is_none() => {
                value = Some(read(json)?);
                Some(())
            }
            _ => None,
        })?;
        Some((label.unwrap_or_default(), value?))
    }

    fn phone(&mut self) -> Option<LabeledPhone> {
        let (mut label, mut value, mut raw) = (None, None, None);
        self.object(|json, key| {
            match key {
                "label" if label.is_none() => label = Some(json.label()?),
                "value" if value.is_none() => value = Some(json.compact()?),
                "raw" if raw.is_none() => raw = Some(json.compact()?),
                _ => return None,
            }
            Some(())
        })?;
        Some(LabeledPhone {
            label: label.unwrap_or_default(),
            phone: Phone::from_stored(value?, raw.unwrap_or_default()),
        })
    }

    fn address(&mut self) -> Option<Address> {
        let mut address = Address::default();
        let mut keys = Keys::default();
        self.object(|json, key| {
            let (place, text) = match key {
                "address" => (0, &mut address.address),
                "city" => (1, &mut address.city),
                "state" => (2, &mut address.state),
                "zip_code" => (3, &mut address.zip_code),
                "country" => (4, &mut address.country),
                "label" => {
                    keys.note(5)?;
                    address.label = json.label()?;
                    return Some(());
                }
                _ => return None,
            };
            keys.note(place)?;
            *text = json.text()?;
            Some(())
        })?;
        Some(address)
    }

    /// Reads an object; `take` is called with each key and reads its value.
    fn object(&mut self, mut take: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.token('{')?;
        if self.token('}').is_some() {
            return Some(());
        }
        loop {
            let key = self.string()?;
            self.token(':')?;
            take(self, &key)?;
            if self.token(',').is_none() {
                return self.token('}');
            }
        }
    }

    /// Reads a list; `read` reads each value.
    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.token('[')?;
        if self.token(']').is_some() {
            return Some(Vec::new());
        }
        // Most lists hold one value.
        let mut values = Vec::with_capacity(1);
        loop {
            values.push(read(self)?);
            if self.token(',').is_none() {
                self.token(']')?;
                return Some(values);
            }
        }
    }

    fn token(&mut self, token: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn label(&mut self) -> Option<Label> {
        Some(Label::exact(&self.string()?))
    }

    fn text(&mut self) -> Option<Text> {
        Some(Text::from_stored(self.compact()?))
    }

    fn compact(&mut self) -> Option<CompactString> {
        Some(match self.string()? {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        })
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.token('"')?;
        let end = self.rest.bytes().position(ends_plain_text)?;
        let (plain, behind) = self.rest.split_at(end);
        self.rest = behind;
        if self.token('"').is_some() {
            return Some(Cow::Borrowed(plain));
        }
        self.escaped(plain.to_owned()).map(Cow::Owned)
    }

    /// Reads the rest of a string that begins with `text`.
    fn escaped(&mut self, mut text: String) -> Option<String> {
        while self.token('"').is_none() {
            self.token('\\')?;
            let escape = self.rest.chars().next()?;
            text.push(match escape {
                '"' | '\\' | '/' => escape,
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                _ => return None,
            });
            self.token(escape)?;
            let end = self.rest.bytes().position(ends_plain_text)?;
            let (plain, behind) = self.rest.split_at(end);
            text.push_str(plain);
            self.rest = behind;
        }
        Some(text)
    }
}

/// Whether a byte ends a run of unescaped characters: a quote, a backslash, or a control character, which JSON does not
/// allow in a string.
fn ends_plain_text(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\')
}

#[cfg(test)]
#[path = "contact_from_json_tests.rs"]
mod tests;
