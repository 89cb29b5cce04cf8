//! Groups the address columns: the parts of one address get one label, a second group of columns becomes a second
//! address.

use super::candidate::{Candidate, address_label};
use super::header_words::words;
use super::lexicon::{Field, Kind};
use model::{AddressPart, Label, Slot};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The address that a column belongs to, according to the words of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Group {
    kind: Option<Kind>,
    is_second: bool,
    /// The number of the address: 2 for the second of several numbered or unlabelled addresses.
    number: usize,
}

/// Gives the columns of each address one label.
pub fn put_together(candidates: &mut [Candidate]) {
    leave_out_spare_states(candidates);
    let columns: Vec<usize> = (0..candidates.len())
        .filter(|at| is_open_part(&candidates[*at]))
        .collect();
    if columns.is_empty() {
        return;
    }
    let mut groups = named_groups(candidates, &columns);
    read_numbered_lines(candidates, &columns, &mut groups);
    split_repeated(candidates, &columns, &mut groups);
    join_pieces(candidates, &columns, &mut groups);
    leave_out_lone_city(candidates, &mut groups);
    let labels = labels(&groups);
    let has_several = labels.len() > 1;
    for (at, group) in &groups {
        let label = labels[group].clone();
        let candidate = &mut candidates[*at];
        if has_several || !label.is_none() {
            candidate.column.reason = match (group.kind, label.as_str()) {
                (Some(Kind::Billing), _) => "Part of the billing address".to_owned(),
                (Some(Kind::Mailing), _) => "Part of the mailing address".to_owned(),
                (_, "") => "Part of the address".to_owned(),
                (_, "2") => "Part of the second address".to_owned(),
                (_, label) => format!("Part of the {label} address"),
            };
        }
        if let Some(Slot::Address(own, _)) = &mut candidate.column.slot {
            *own = label;
        }
    }
}

/// Leaves out further state columns of the only address of its kind, so that they do not form a second address:
/// `County` beside `State`, `Territory` beside both.
fn leave_out_spare_states(candidates: &mut [Candidate]) {
    let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for (at, candidate) in candidates.iter().enumerate().filter(|(_, c)| is_open_part(c)) {
        let reading = &candidate.reading;
        let group = Group {
            kind: reading.kind,
            is_second: reading.is_second,
            number: reading.group.unwrap_or(1).max(1),
        };
        groups.entry(group).or_default().push(at);
    }
    for columns in groups.values() {
        let Some((kept, spare)) = spare_states(candidates, columns) else {
            continue;
        };
        let reason = format!(
            "State is already filled by the column \"{}\"; this one is left out",
            candidates[kept].column.header
        );
        for at in spare {
            let column = &mut candidates[at].column;
            column.proposal = column.slot.take();
            column.reason.clone_from(&reason);
            column.confidence = 0.3;
        }
    }
}

/// Returns the state column to keep among the columns of one address, and the other state columns.
fn spare_states(candidates: &[Candidate], columns: &[usize]) -> Option<(usize, Vec<usize>)> {
    let of = |fields: &[Field]| -> Vec<usize> {
        let is_one = |at: &usize| fields.contains(&part(&candidates[*at]));
        columns.iter().copied().filter(is_one).collect()
    };
    let states = of(&[Field::State]);
    let others = of(&[Field::City, Field::Place]).len().max(of(&[Field::ZipCode]).len());
    if states.len() < 2 || others != 1 {
        return None;
    }
    let is_wide = |at: &usize| has_word(&candidates[*at], &["county", "territory", "region", "district"]);
    let kept = *states.iter().find(|at| !is_wide(at)).or(states.first())?;
    Some((kept, states.into_iter().filter(|at| *at != kept).collect()))
}

fn has_word(candidate: &Candidate, wanted: &[&str]) -> bool {
    words(&candidate.column.header)
        .iter()
        .any(|word| wanted.contains(&word.as_str()))
}

fn is_open_part(candidate: &Candidate) -> bool {
    !candidate.is_fixed && matches!(candidate.column.slot, Some(Slot::Address(..))) && candidate.field().is_some()
}

/// The part of the address that a column fills. A place fills city and zip code; further street lines are not
/// repetitions.
fn part(candidate: &Candidate) -> Field {
    candidate.field().unwrap_or(Field::Address)
}

/// The groups according to the headers.
fn named_groups(candidates: &[Candidate], columns: &[usize]) -> BTreeMap<usize, Group> {
    let number = |at: usize| match candidates[at].reading.group.unwrap_or(1) {
        0 => 1,
        number => number,
    };
    let mut groups: BTreeMap<usize, Group> = columns
        .iter()
        .map(|at| {
            let reading = &candidates[*at].reading;
            let group = Group {
                kind: reading.kind,
                is_second: reading.is_second,
                number: number(*at),
            };
            (*at, group)
        })
        .collect();
    // `Street 2` is the street of a second address if another part has the same number; otherwise it is a line of the
    // first.
    let numbered: HashSet<Group> = columns
        .iter()
        .filter(|at| part(&candidates[**at]) != Field::Address)
        .map(|at| groups[at])
        .collect();
    for at in columns {
        if let Some(line) = candidates[*at].reading.line.filter(|line| *line > 1)
            && candidates[*at].reading.group.is_none()
        {
            let Some(own) = groups.get(at).copied() else { continue };
            let other = Group { number: line, ..own };
            if numbered.contains(&other) {
                groups.insert(*at, other);
            }
        }
    }
    groups
}

/// Merges `Werkadres 2, straat` without a city of its own into `Werkadres, straat` as a further line.
fn read_numbered_lines(candidates: &mut [Candidate], columns: &[usize], groups: &mut BTreeMap<usize, Group>) {
    let is_street = |at: &usize| part(&candidates[*at]) == Field::Address;
    let has_place: HashSet<Group> = columns
        .iter()
        .filter(|at| !is_street(at))
        .map(|at| groups[at])
        .collect();
    let lines: Vec<(usize, Group)> = columns
        .iter()
        .filter(|at| is_street(at) && candidates[**at].reading.line.is_none())
        .map(|at| (*at, groups[at]))
        .filter(|(_, group)| group.number > 1 && !has_place.contains(group))
        .map(|(at, group)| (at, Group { number: 1, ..group }))
        .filter(|(at, first)| {
            columns
                .iter()
                .any(|other| other < at && is_street(other) && groups[other] == *first)
        })
        .filter(|(_, first)| has_place.contains(first))
        .collect();
    for (at, first) in lines {
        candidates[at].reading.line = candidates[at].reading.group;
        groups.insert(at, first);
    }
}

/// Starts a second address where a part repeats in unlabelled columns after a complete group.
fn split_repeated(candidates: &[Candidate], columns: &[usize], groups: &mut BTreeMap<usize, Group>) {
    let mut seen: HashMap<Group, Seen> = HashMap::new();
    for at in columns {
        let Some(named) = groups.get(at).copied() else { continue };
        let part = part(&candidates[*at]);
        let seen = seen.entry(named).or_default();
        let is_line = candidates[*at].reading.line.is_some_and(|line| line > 1);
        let is_street_line = part == Field::Address && (is_line || !seen.has_other_part_since_street());
        if !is_street_line && seen.parts.contains(&part) && part != Field::Unit {
            seen.parts.clear();
            seen.rounds += 1;
        }
        seen.parts.push(part);
        groups.insert(
            *at,
            Group {
                number: named.number + seen.rounds,
                ..named
            },
        );
    }
}

#[derive(Default)]
struct Seen {
    parts: Vec<Field>,
    rounds: usize,
}

impl Seen {
    fn has_other_part_since_street(&self) -> bool {
        let street = self.parts.iter().rposition(|part| *part == Field::Address);
        street.is_some_and(|at| {
            self.parts[at..].iter().any(|part| {
                matches!(
                    part,
                    Field::City | Field::ZipCode | Field::Place | Field::Country | Field::State
                )
            })
        })
    }
}

/// Merges parts that are alone in their group into the nearest group that lacks them: `Home Address, City, State, Zip`.
fn join_pieces(candidates: &[Candidate], columns: &[usize], groups: &mut BTreeMap<usize, Group>) {
    let mut members: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for at in columns {
        members.entry(groups[at]).or_default().push(*at);
    }
    if members.len() < 2 || members.len() > 12 {
        return;
    }
    let parts = |members: &[usize]| -> HashSet<Field> { members.iter().map(|at| part(&candidates[*at])).collect() };
    let has_street = |members: &[usize]| parts(members).contains(&Field::Address);
    let names: Vec<Group> = members.keys().copied().collect();
    for group in &names {
        let own = members[group].clone();
        let has_own_street = has_street(&own);
        let is_whole = has_own_street && own.len() > 1;
        if own.is_empty() || is_whole || (has_own_street && group.kind.is_none()) {
            continue;
        }
        let fits = |other: &&Group| {
            let theirs = &members[*other];
            *other != group
                && !theirs.is_empty()
                && (group.kind.is_none() || other.kind.is_none())
                && parts(theirs).is_disjoint(&parts(&own))
        };
        let distance = |other: &Group| {
            let gap = |a: usize, b: usize| a.abs_diff(b) * 2 + usize::from(b > a);
            own.iter()
                .flat_map(|a| members[other].iter().map(move |b| gap(*a, *b)))
                .min()
                .unwrap_or(usize::MAX)
        };
        let Some(nearest) = names.iter().filter(fits).min_by_key(|other| distance(other)).copied() else {
            continue;
        };
        // The label is kept.
        let name = if nearest.kind.is_some() { nearest } else { *group };
        let mut all = members.insert(nearest, Vec::new()).unwrap_or_default();
        all.extend(members.insert(*group, Vec::new()).unwrap_or_default());
        members.entry(name).or_default().extend(all);
    }
    for (group, list) in &members {
        for at in list {
            groups.insert(*at, *group);
        }
    }
}

/// Leaves out a city without label and street beside complete addresses: it is the place of an appointment or an
/// office, as `Ort` in German Outlook.
fn leave_out_lone_city(candidates: &mut [Candidate], groups: &mut BTreeMap<usize, Group>) {
    let cities: Vec<usize> = groups
        .keys()
        .copied()
        .filter(|at| part(&candidates[*at]) == Field::City)
        .collect();
    let is_whole = |city: &usize| {
        let own = groups[city];
        let has_street = groups
            .iter()
            .any(|(at, group)| *group == own && part(&candidates[*at]) == Field::Address);
        own.kind.is_some() && has_street
    };
    let whole: Vec<usize> = cities.iter().copied().filter(is_whole).collect();
    let lone = cities.iter().copied().find(|city| {
        let own = groups[city];
        own.kind.is_none() && !own.is_second && groups.values().filter(|group| **group == own).count() == 1
    });
    let (Some(lone), false) = (lone, whole.is_empty()) else {
        return;
    };
    let has_values = |at: usize| candidates[at].profile.filled > 0;
    if has_values(lone) && !whole.iter().any(|at| has_values(*at)) {
        return;
    }
    candidates[lone].leave_out("Not imported: a place beside whole addresses");
    groups.remove(&lone);
}

/// Assigns a different label to each group.
fn labels(groups: &BTreeMap<usize, Group>) -> HashMap<Group, Label> {
    let mut known: HashSet<Group> = HashSet::new();
    let order: Vec<Group> = groups.values().copied().filter(|group| known.insert(*group)).collect();
    let is_only = order.len() == 1;
    let mut labels: HashMap<Group, Label> = HashMap::new();
    let mut taken: HashSet<Label> = HashSet::new();
    for group in order {
        let is_plain = is_only && matches!(group.kind, Some(Kind::Billing | Kind::Mailing));
        let own = if is_plain {
            Label::NONE
        } else {
            address_label(group.kind)
        };
        let first = if own.is_none() && group.is_second {
            Label::exact("other")
        } else {
            own
        };
        let mut label = match (group.number, first.is_none()) {
            (0 | 1, _) => first.clone(),
            (number, true) => Label::exact(&number.to_string()),
            (number, false) => Label::exact(&format!("{first} {number}")),
        };
        let mut number = 2;
        while !taken.insert(label.clone()) {
            label = Label::exact(format!("{first} {number}").trim());
            number += 1;
        }
        labels.insert(group, label);
    }
    labels
}

/// Whether a slot is the street of an address.
pub fn is_street(slot: &Slot) -> bool {
    matches!(slot, Slot::Address(_, AddressPart::Street))
}
