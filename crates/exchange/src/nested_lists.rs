//! Reads lists that a program wrote into one cell: JSON (`["a", "b"]`, `[{"type": "home", "value": "a"}]`), Python
//! (`['a', 'b']`) and PostgreSQL (`{a,"b c"}`).

use model::fold;
use serde_json::{Map, Value};

/// An element of such a list, with its label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The value.
    pub value: String,
    /// The label; empty if none is written.
    pub label: String,
}

impl Member {
    fn new(value: &str) -> Self {
        Self {
            value: value.trim().to_owned(),
            label: String::new(),
        }
    }
}

/// Returns the elements of a cell that is such a list; `None` for other cells.
pub fn nested_list(cell: &str) -> Option<Vec<Member>> {
    let bracketed = match (cell.as_bytes().first()?, cell.as_bytes().last()?) {
        (b'[', b']') | (b'{', b'}') if cell.len() >= 2 => &cell[1..cell.len() - 1],
        _ => return None,
    };
    let mut members = Vec::new();
    match serde_json::from_str::<Value>(cell) {
        Ok(json) => collect(&json, "", &mut members),
        Err(_) => members.extend(unquoted_members(bracketed)?.iter().map(|member| Member::new(member))),
    }
    members.retain(|member| !member.value.is_empty());
    Some(members)
}

fn collect(json: &Value, label: &str, members: &mut Vec<Member>) {
    let mut push = |value: String| {
        members.push(Member {
            value,
            label: label.to_owned(),
        });
    };
    match json {
        Value::String(text) => push(text.trim().to_owned()),
        Value::Number(number) => push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|member| collect(member, label, members)),
        Value::Object(fields) => collect_object(fields, label, members),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Collects an object: one element with a label, or labels with their values, or lists under other names.
fn collect_object(fields: &Map<String, Value>, outer: &str, members: &mut Vec<Member>) {
    let mut value = None;
    let mut label = outer.to_owned();
    let mut calling_code = String::new();
    let mut others = Vec::new();
    for (name, field) in fields {
        let text = match field {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let key = fold(name).replace(' ', "");
        if ["callingcode", "dialcode", "dialingcode"]
            .iter()
            .any(|word| key.ends_with(word))
        {
            calling_code = text;
        } else if ["type", "label", "kind", "rel", "category"].contains(&key.as_str()) {
            label = text;
        } else if key.ends_with("countrycode") || ["id", "country"].contains(&key.as_str()) || field.is_boolean() {
            // These fields only describe the value.
        } else if [
            "number", "value", "phone", "email", "mail", "address", "url", "tag", "name", "title", "text",
        ]
        .iter()
        .any(|word| key.ends_with(word))
            && !text.is_empty()
        {
            value.get_or_insert(text);
        } else {
            others.push((name, field));
        }
    }
    if let Some(number) = value {
        let joined = match calling_code.trim_start_matches('+') {
            "" => number,
            _ if number.starts_with('+') => number,
            code => format!("+{code} {number}"),
        };
        members.push(Member { value: joined, label });
    }
    for (name, field) in others {
        let own = if field.is_array() { outer } else { name.as_str() };
        collect(field, own, members);
    }
}

/// Returns the elements of a list that is not JSON: in single or double quotation marks, or in none. `None` if a
/// quotation mark never closes.
fn unquoted_members(text: &str) -> Option<Vec<String>> {
    let mut members = Vec::new();
    let mut member = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' if member.trim().is_empty() && !quoted => {
                member.clear();
                quoted = true;
                loop {
                    match chars.next()? {
                        '\\' => member.extend(chars.next()),
                        end if end == c => break,
                        other => member.push(other),
                    }
                }
            }
            ',' => members.push((std::mem::take(&mut member), std::mem::take(&mut quoted))),
            c if quoted && c.is_whitespace() => {}
            c => member.push(c),
        }
    }
    members.push((member, quoted));
    let is_empty = |text: &str| matches!(text, "NULL" | "None" | "null");
    let plain = members.into_iter().map(|(member, quoted)| match member.trim() {
        text if !quoted && is_empty(text) => String::new(),
        text => text.to_owned(),
    });
    Some(plain.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(cell: &str) -> Option<Vec<String>> {
        Some(nested_list(cell)?.into_iter().map(|member| member.value).collect())
    }

    #[test]
    fn lists_are_read_as_programs_write_them() {
        for (cell, members) in [
            ("[]", vec![]),
            ("{}", vec![]),
            ("[null]", vec![]),
            ("[\"VIP\", \"Newsletter\"]", vec!["VIP", "Newsletter"]),
            ("['vip', 'lead']", vec!["vip", "lead"]),
            ("['O\\'Brien', \"it's\"]", vec!["O'Brien", "it's"]),
            ("[vip, lead]", vec!["vip", "lead"]),
            ("{vip,lead}", vec!["vip", "lead"]),
            ("{\"trade fair\",lead,NULL}", vec!["trade fair", "lead"]),
            ("['a@x.org', None]", vec!["a@x.org"]),
            ("[4155550101, 4155550102]", vec!["4155550101", "4155550102"]),
            ("[[\"a\"], [\"b\"]]", vec!["a", "b"]),
            ("[\"Müller, Ann\", \"b\"]", vec!["Müller, Ann", "b"]),
            (
                "{\"primaryEmail\":\"a@x.org\",\"additionalEmails\":[\"b@x.org\"]}",
                vec!["a@x.org", "b@x.org"],
            ),
            (
                "[{\"number\":\"4155550101\",\"callingCode\":\"+1\"}]",
                vec!["+1 4155550101"],
            ),
        ] {
            assert_eq!(values(cell).unwrap(), members, "{cell}");
        }
        for cell in ["", "[", "vip", "[internal] vip", "{a} or {b} c", "['never closed]"] {
            assert_eq!(values(cell), None, "{cell}");
        }
    }

    #[test]
    fn members_bring_their_labels() {
        for cell in [
            "[{\"type\":\"home\",\"value\":\"a@x.org\"}]",
            "[{\"label\":\"home\",\"email\":\"a@x.org\"}]",
            "{\"home\":\"a@x.org\"}",
            "{\"home\":{\"value\":\"a@x.org\"}}",
        ] {
            let member = Member {
                value: "a@x.org".to_owned(),
                label: "home".to_owned(),
            };
            assert_eq!(nested_list(cell).unwrap(), [member], "{cell}");
        }
    }
}
