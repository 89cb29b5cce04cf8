//! Follows regular expressions of the library digit by digit.
//!
//! The library matches in two ways, and so does this module: it checks whether patterns match all the digits, for many
//! patterns at once; and it finds the end of the match of one pattern that a backtracking search would find first.

use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::{PatternID, StateID};
use regex_automata::util::syntax;
use std::ops::ControlFlow;

/// Returns the pattern that matches all the digits if `base`, a pattern of the library's metadata, does.
pub(super) fn whole(base: &str) -> String {
    if is_wrapped(base) {
        base.to_owned()
    } else {
        "^[0-9]*$".to_owned()
    }
}

/// Returns the pattern that matches all the digits if `base` matches the first of them.
pub(super) fn beginning(base: &str) -> String {
    if is_wrapped(base) {
        format!("{}[0-9]*$", &base[..base.len() - 1])
    } else {
        "^[0-9]*$".to_owned()
    }
}

/// Returns the pattern that the library searches for at the beginning.
pub(super) fn prefix(base: &str) -> String {
    if is_wrapped(base) {
        base[..base.len() - 1].to_owned()
    } else {
        String::new()
    }
}

/// Patterns in the metadata are written `^(?:...)$`; the library treats a shorter one as empty, and an empty one
/// matches everything.
pub(super) fn is_wrapped(base: &str) -> bool {
    base.len() >= "^(?:)$".len() && base.starts_with("^(?:") && base.ends_with(")$")
}

/// A nondeterministic automaton, as the regex library compiles it.
struct Paths {
    nfa: NFA,
    /// The round in which a state was last visited.
    visited: Vec<u32>,
    round: u32,
}

/// A state that a path has reached.
enum Reached {
    /// A state that requires a digit, or the end.
    Waiting(StateID),
    Match(PatternID),
}

impl Paths {
    fn new(patterns: &[String], captures: WhichCaptures) -> Option<Self> {
        let nfa = NFA::compiler()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(NFA::config().utf8(false).which_captures(captures))
            .build_many(patterns)
            .ok()?;
        let is_known = |state: &State| match state {
            State::Look { look, .. } => matches!(look, Look::Start | Look::End),
            _ => true,
        };
        nfa.states().iter().all(is_known).then(|| Self {
            visited: vec![0; nfa.states().len()],
            round: 0,
            nfa,
        })
    }

    /// Visits the states that can be reached from a state without a digit, the preferred paths first. A state that was
    /// already visited in this round is skipped, because the path that reached it first is preferred.
    fn follow<V>(&mut self, from: StateID, captured: bool, edge: Edge, visit: &mut V) -> ControlFlow<()>
    where
        V: FnMut(Reached, bool) -> ControlFlow<()>,
    {
        if std::mem::replace(&mut self.visited[from.as_usize()], self.round) == self.round {
            return ControlFlow::Continue(());
        }
        match *self.nfa.state(from) {
            State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => visit(Reached::Waiting(from), captured),
            State::Look { look, next } => match (look, edge) {
                (Look::Start, Edge::Start) | (Look::End, Edge::End) => self.follow(next, captured, edge, visit),
                (Look::End, _) => visit(Reached::Waiting(from), captured),
                _ => ControlFlow::Continue(()),
            },
            State::BinaryUnion { alt1, alt2 } => {
                self.follow(alt1, captured, edge, visit)?;
                self.follow(alt2, captured, edge, visit)
            }
            State::Union { ref alternates } => {
                let alternates = alternates.clone();
                for alternate in alternates {
                    self.follow(alternate, captured, edge, visit)?;
                }
                ControlFlow::Continue(())
            }
            State::Capture { next, group_index, .. } => {
                self.follow(next, captured || group_index.as_usize() > 0, edge, visit)
            }
            State::Fail => ControlFlow::Continue(()),
            State::Match { pattern_id } => visit(Reached::Match(pattern_id), captured),
        }
    }

    /// Returns the state after a digit.
    fn behind(&self, state: StateID, digit: u8) -> Option<StateID> {
        let byte = b'0' + digit;
        match self.nfa.state(state) {
            State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
            State::Sparse(transitions) => transitions.matches_byte(byte),
            State::Dense(transitions) => transitions.matches_byte(byte),
            _ => None,
        }
    }

    fn next_round(&mut self) {
        self.round += 1;
    }
}

/// The position at which a path is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    Inside,
    End,
}

/// Patterns that match all the digits or nothing.
pub(super) struct Patterns {
    paths: Paths,
    /// The last step: the states after the digit, and the states that wait there. The next digit often leads to the
    /// same.
    last: (Vec<StateID>, Waiting),
}

/// The current position in the patterns: the states that wait for a digit or the end, sorted by number.
pub(super) type Waiting = Vec<StateID>;

impl Patterns {
    /// Compiles patterns. `None` if one has an element that cannot be followed here.
    pub(super) fn new(patterns: &[String]) -> Option<Self> {
        Some(Self {
            paths: Paths::new(patterns, WhichCaptures::None)?,
            last: (Vec::new(), Vec::new()),
        })
    }

    pub(super) fn start(&mut self) -> Waiting {
        self.waiting([self.paths.nfa.start_anchored()], Edge::Start)
    }

    pub(super) fn step(&mut self, waiting: &[StateID], digit: u8) -> Waiting {
        let behind: Vec<StateID> = waiting
            .iter()
            .filter_map(|state| self.paths.behind(*state, digit))
            .collect();
        if self.last.0 != behind {
            let waiting = self.waiting(behind.iter().copied(), Edge::Inside);
            self.last = (behind, waiting);
        }
        self.last.1.clone()
    }

    /// Returns the indexes of the patterns that match if the digits end here.
    pub(super) fn fitting(&mut self, waiting: &[StateID]) -> Vec<usize> {
        let mut fitting = Vec::new();
        self.paths.next_round();
        for state in waiting {
            let _all = self.paths.follow(*state, false, Edge::End, &mut |reached, _| {
                if let Reached::Match(pattern) = reached {
                    fitting.push(pattern.as_usize());
                }
                ControlFlow::Continue(())
            });
        }
        fitting
    }

    fn waiting(&mut self, from: impl IntoIterator<Item = StateID>, edge: Edge) -> Waiting {
        let mut waiting = Vec::new();
        self.paths.next_round();
        for state in from {
            let _all = self.paths.follow(state, false, edge, &mut |reached, _| {
                if let Reached::Waiting(state) = reached {
                    waiting.push(state);
                }
                ControlFlow::Continue(())
            });
        }
        waiting.sort_unstable();
        waiting
    }
}

/// A pattern that is searched for at the beginning of the digits.
pub(super) struct Prefix(Paths);

/// The current position of the search for a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Search {
    /// The waiting states, the preferred first, and whether a group was captured on the way to each.
    waiting: Vec<(StateID, bool)>,
    /// The match that counts unless one of the waiting states leads to another.
    found: Option<Found>,
}

/// A match at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Found {
    /// The number of digits.
    pub(super) digits: u8,
    /// Whether a group of the pattern was captured.
    pub(super) captured: bool,
}

impl Prefix {
    /// Compiles a pattern. `None` if it has an element that cannot be followed here.
    pub(super) fn new(pattern: String) -> Option<Self> {
        Paths::new(&[pattern], WhichCaptures::All).map(Self)
    }

    pub(super) fn start(&mut self) -> Search {
        let from = [(self.0.nfa.start_anchored(), false)];
        self.search(from, None, Edge::Start, 0)
    }

    pub(super) fn step(&mut self, search: &Search, digit: u8, count: usize) -> Search {
        let behind: Vec<(StateID, bool)> = search
            .waiting
            .iter()
            .filter_map(|(state, captured)| Some((self.0.behind(*state, digit)?, *captured)))
            .collect();
        self.search(behind, search.found, Edge::Inside, count)
    }

    /// Returns the match if the digits end here.
    pub(super) fn found(&mut self, search: &Search, count: usize) -> Option<Found> {
        self.search(search.waiting.iter().copied(), search.found, Edge::End, count)
            .found
    }

    fn search(
        &mut self,
        from: impl IntoIterator<Item = (StateID, bool)>,
        found: Option<Found>,
        edge: Edge,
        count: usize,
    ) -> Search {
        let mut search = Search {
            waiting: Vec::new(),
            found,
        };
        self.0.next_round();
        for (state, captured) in from {
            let seen = self
                .0
                .follow(state, captured, edge, &mut |reached, captured| match reached {
                    Reached::Waiting(state) => {
                        search.waiting.push((state, captured));
                        ControlFlow::Continue(())
                    }
                    Reached::Match(_) => {
                        let digits = u8::try_from(count).unwrap_or(u8::MAX);
                        search.found = Some(Found { digits, captured });
                        ControlFlow::Break(())
                    }
                });
            if seen.is_break() {
                break;
            }
        }
        search
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitting(patterns: &[&str], digits: &[u8]) -> Vec<usize> {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let mut patterns = Patterns::new(&patterns).unwrap();
        let mut waiting = patterns.start();
        for digit in digits {
            waiting = patterns.step(&waiting, *digit);
        }
        let mut fitting = patterns.fitting(&waiting);
        fitting.sort_unstable();
        fitting
    }

    #[test]
    fn all_patterns_that_fit_all_the_digits_are_found() {
        let patterns = [r"^(?:\d{3})$", "^(?:1[2-4]|12[3-5])$", "^(?:12)[0-9]*$", "^[0-9]*$"];
        assert_eq!(fitting(&patterns, &[]), [3]);
        assert_eq!(fitting(&patterns, &[1, 2]), [1, 2, 3]);
        assert_eq!(fitting(&patterns, &[1, 2, 3]), [0, 1, 2, 3]);
        assert_eq!(fitting(&patterns, &[1, 2, 3, 4]), [2, 3]);
    }

    fn found(pattern: &str, digits: &[u8]) -> Option<(u8, bool)> {
        let mut prefix = Prefix::new(pattern.to_owned()).unwrap();
        let mut search = prefix.start();
        for (digit, count) in digits.iter().zip(1..) {
            search = prefix.step(&search, *digit, count);
        }
        let found = prefix.found(&search, digits.len())?;
        Some((found.digits, found.captured))
    }

    #[test]
    fn a_prefix_ends_where_a_backtracking_search_would_end() {
        for (pattern, digits, wanted) in [
            ("^(?:0|00)", &[0, 0, 1][..], Some((1, false))),
            ("^(?:00|0)", &[0, 0, 1], Some((2, false))),
            ("^(?:00|0)", &[0, 1, 1], Some((1, false))),
            ("^(?:00|0)", &[1, 0, 0], None),
            ("^(?:0(12)?)", &[0, 1, 2], Some((3, true))),
            ("^(?:0(12)?)", &[0, 1, 3], Some((1, false))),
            ("^(?:0(12)??)", &[0, 1, 2], Some((1, false))),
            (r"^(?:([2-9]\d{2})$|1|2)", &[2, 3, 4], Some((3, true))),
            (r"^(?:([2-9]\d{2})$|1|2)", &[2, 3, 4, 5], Some((1, false))),
            (r"^(?:1|([1-9]\d{2})$)", &[1, 3, 4], Some((1, false))),
            ("^(?:0?(15)?)", &[7], Some((0, false))),
            ("", &[7], Some((0, false))),
        ] {
            assert_eq!(found(pattern, digits), wanted, "{pattern} in {digits:?}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        assert!(Patterns::new(&[r"^1\b2$".to_owned()]).is_none());
        assert!(Prefix::new("(1".to_owned()).is_none());
    }
}
