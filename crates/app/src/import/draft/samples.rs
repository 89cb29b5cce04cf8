//! Sample values of a column, shown while it is mapped.

use std::collections::HashMap;

/// The number of sample values for each column.
const SAMPLES: usize = 3;

/// Returns a few distinct values of a column, in the order of the rows: the first, the longest, and one that is written
/// differently from most. If there are fewer of these, the next values are added.
pub(crate) fn samples(rows: &[Vec<String>], column: usize) -> Vec<String> {
    let mut values: Vec<&str> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for row in rows {
        let value = row.get(column).map(|cell| cell.trim()).unwrap_or_default();
        if !value.is_empty() && known.insert(value) {
            values.push(value);
        }
    }
    let mut shown: Vec<usize> = [Some(0), longest(&values), odd(&values)]
        .into_iter()
        .flatten()
        .collect();
    shown.extend(0..values.len());
    let mut seen = std::collections::HashSet::new();
    shown.retain(|at| *at < values.len() && seen.insert(*at));
    shown.truncate(SAMPLES);
    shown.sort_unstable();
    shown.into_iter().map(|at| values[at].to_owned()).collect()
}

/// Returns the index of the longest value, if it is at least twice as long as the value of median length.
fn longest(values: &[&str]) -> Option<usize> {
    let mut lengths: Vec<usize> = values.iter().map(|value| value.chars().count()).collect();
    let at = (0..lengths.len()).max_by_key(|at| (lengths[*at], std::cmp::Reverse(*at)))?;
    let most = lengths[at];
    lengths.sort_unstable();
    (most >= 2 * lengths[lengths.len() / 2]).then_some(at)
}

/// Returns the index of the first value with the rarest shape, if most values have another shape.
fn odd(values: &[&str]) -> Option<usize> {
    let shapes: Vec<String> = values.iter().map(|value| shape(value)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for shape in &shapes {
        *counts.entry(shape).or_default() += 1;
    }
    let count = |at: usize| counts.get(shapes[at].as_str()).copied().unwrap_or_default();
    let at = (0..shapes.len()).min_by_key(|at| count(*at))?;
    let most = counts.values().max().copied().unwrap_or_default();
    (2 * most > values.len() && count(at) < most).then_some(at)
}

/// Returns the shape of a value: letters become `a`, digits `9`, white space becomes a space, and the rest stays;
/// repeated characters are merged into one.
fn shape(value: &str) -> String {
    let mut shape = String::new();
    for letter in value.chars() {
        let kind = match letter {
            _ if letter.is_alphabetic() => 'a',
            _ if letter.is_numeric() => '9',
            _ if letter.is_whitespace() => ' ',
            other => other,
        };
        if !shape.ends_with(kind) {
            shape.push(kind);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(values: &[&str]) -> Vec<String> {
        let rows: Vec<Vec<String>> = values.iter().map(|value| vec![(*value).to_owned()]).collect();
        samples(&rows, 0)
    }

    #[test]
    fn odd_values_are_shown_and_not_only_the_first() {
        let emails = [
            "a@x.org", "b@x.org", " ", "c@x.org", "c@x.org", "d@x.org", "none yet", "e@x.org",
        ];
        assert_eq!(shown(&emails), ["a@x.org", "b@x.org", "none yet"]);
        let names = ["Ann", "Ben", "Cy", "Dora", "Maximiliane-Theodora", "Eve"];
        assert_eq!(shown(&names), ["Ann", "Ben", "Maximiliane-Theodora"]);
        assert_eq!(shown(&["Ann", "Ben", "Cy", "Dora"]), ["Ann", "Ben", "Cy"]);
        assert!(shown(&["", " "]).is_empty());
    }
}
