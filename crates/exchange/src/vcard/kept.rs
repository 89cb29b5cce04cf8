//! Lines that no field of a contact holds, in the form in which they are kept: that of vCard 3.0 and 4.0, usually
//! without group, and with the label of Apple's `X-ABLabel` as a parameter.

use super::property::{Parameter, Property, quoted, unquoted};
use model::VcardLine;

/// The parameter that holds the label of a kept line.
pub const LABEL: &str = "X-ABLABEL";

/// The name under which the `UID` of another program is kept, because an exported contact has its own.
pub const SOURCE_UID: &str = "X-CRYSTALQORE-SOURCE-UID";

/// Returns a property as a line to keep. `None` if its value is empty.
pub fn kept(property: &Property, label: Option<&str>, with_group: bool) -> Option<VcardLine> {
    if property.value.trim().is_empty() {
        return None;
    }
    let mut line = String::new();
    if let Some(group) = property.group.as_ref().filter(|_| with_group) {
        line.push_str(group);
        line.push('.');
    }
    line.push_str(match property.name.as_str() {
        "UID" => SOURCE_UID,
        _ => &property.written,
    });
    let line = sound(&line);
    let mut parameters = String::new();
    for Parameter { written, value, .. } in &property.parameters {
        let value = if is_sound_value(value) {
            value.clone()
        } else {
            quoted(value)
        };
        parameters.push_str(&format!(";{}={value}", sound(written)));
    }
    if let Some(label) = label.filter(|label| !label.trim().is_empty()) {
        parameters.push_str(&format!(";{LABEL}={}", quoted(label.trim())));
    }
    let value = property.value.replace('\n', "\\n");
    let whole = VcardLine::parse(&format!("{line}{parameters}:{value}"));
    // Parameters that cannot be written again are dropped in order to keep the value.
    whole.or_else(|| VcardLine::parse(&format!("{line}:{value}")))
}

/// Returns a kept line without its label parameter, and the label. `None` if it has no label.
pub fn label_of(line: &VcardLine) -> Option<(String, String)> {
    let text = line.as_str();
    let begin = text.find(&format!(";{LABEL}=\""))?;
    let from = begin + LABEL.len() + 3;
    let end = from + text.get(from..)?.find('"')?;
    // Only a parameter counts; the value may contain the same text.
    if text.len() - line.value().len() <= end {
        return None;
    }
    let label = unquoted(&text[from..end]);
    Some((format!("{}{}", &text[..begin], &text[end + 1..]), label))
}

/// Replaces the characters that a name cannot contain.
fn sound(name: &str) -> String {
    let is_sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().map(|c| if is_sound(c) { c } else { '-' }).collect()
}

/// Whether a parameter's value can be written unchanged.
fn is_sound_value(value: &str) -> bool {
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    match bare {
        Some(inner) => !inner.contains('"'),
        None => !value.contains(['"', ';', ':']),
    }
}
