//! Automata over digits: what is known about a sequence of digits is found with one table lookup per digit.
//!
//! An automaton is compiled from a machine that is slow to step, by trying every sequence of digits up to a length.
//! Sequences with the same continuations share a node, so the automaton has as few nodes as possible. The first
//! lookups step the machine and cache its states, because compiling takes as long as a thousand of them. What the
//! sequences mean is defined by the machines.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The number of lookups that step the machine before its automaton is compiled.
const STEPPED: u32 = 1_000;

/// The definition from which an automaton is compiled.
pub(super) trait Machine {
    type State: Clone + Eq + Hash;
    type Label: Copy + Eq + Hash + Default;

    /// The state before the first digit.
    fn start(&mut self) -> Self::State;

    /// Returns the state after one more digit, which is number `count`.
    fn step(&mut self, state: &Self::State, digit: u8, count: usize) -> Self::State;

    /// Returns what is known if the digits, `count` of them, end here.
    fn label(&mut self, state: &Self::State, count: usize) -> Self::Label;
}

/// The labels of a machine for all sequences of digits up to a length.
pub(super) struct Labels<M: Machine> {
    longest: usize,
    asked: AtomicU32,
    /// `None` once the automaton is compiled.
    machine: Mutex<Option<Stepped<M>>>,
    /// Contains `None` if the automaton would be too large.
    automaton: OnceLock<Option<Automaton<M::Label>>>,
}

impl<M: Machine> Labels<M> {
    pub(super) fn new(machine: M, longest: usize) -> Self {
        Self {
            longest,
            asked: AtomicU32::new(0),
            machine: Mutex::new(Some(Stepped::new(machine))),
            automaton: OnceLock::new(),
        }
    }

    /// Returns the label of digits from 0 to 9. `None` if there are too many.
    pub(super) fn label(&self, digits: &[u8]) -> Option<M::Label> {
        if digits.len() > self.longest {
            return None;
        }
        let is_rare = || self.asked.fetch_add(1, Ordering::Relaxed) < STEPPED;
        let stepped = match self.automaton.get() {
            None if is_rare() => self.stepped(digits),
            _ => None,
        };
        stepped.or_else(|| match self.automaton() {
            Some(automaton) => automaton.label(digits),
            None => self.stepped(digits),
        })
    }

    /// Returns the label by stepping the machine. `None` if it was replaced by an automaton.
    fn stepped(&self, digits: &[u8]) -> Option<M::Label> {
        let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
        Some(machine.as_mut()?.label(digits))
    }

    /// Returns the automaton, which is compiled if necessary. `None` if it would be too large.
    pub(super) fn automaton(&self) -> Option<&Automaton<M::Label>> {
        let compile = || {
            let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
            let automaton = Automaton::compile(&mut machine.as_mut()?.machine, self.longest)?;
            *machine = None;
            Some(automaton)
        };
        self.automaton.get_or_init(compile).as_ref()
    }
}

/// A machine with a cache of the states that its steps have reached.
struct Stepped<M: Machine> {
    machine: M,
    /// The reached states; the first is the state before the first digit.
    places: Vec<Place<M>>,
    /// The index of each state in `places`, for each number of digits.
    known: HashMap<(M::State, usize), usize, RandomState>,
}

struct Place<M: Machine> {
    state: M::State,
    next: [Option<usize>; 10],
    label: Option<M::Label>,
}

impl<M: Machine> Stepped<M> {
    fn new(mut machine: M) -> Self {
        let start = Place::new(machine.start());
        Self {
            machine,
            places: vec![start],
            known: HashMap::default(),
        }
    }

    fn label(&mut self, digits: &[u8]) -> M::Label {
        let mut place = 0;
        for (digit, count) in digits.iter().zip(1..) {
            let next = self.places[place].next[usize::from(*digit)];
            place = next.unwrap_or_else(|| self.step(place, *digit, count));
        }
        let Place { state, label, .. } = &mut self.places[place];
        *label.get_or_insert_with(|| self.machine.label(state, digits.len()))
    }

    fn step(&mut self, place: usize, digit: u8, count: usize) -> usize {
        let state = self.machine.step(&self.places[place].state, digit, count);
        let new = self.places.len();
        let next = *self.known.entry((state.clone(), count)).or_insert(new);
        if next == new {
            self.places.push(Place::new(state));
        }
        self.places[place].next[usize::from(digit)] = Some(next);
        next
    }
}

impl<M: Machine> Place<M> {
    fn new(state: M::State) -> Self {
        Self {
            state,
            next: [None; 10],
            label: None,
        }
    }
}

/// A node of an automaton: the node after each digit, and the label of digits that end here. Node 0 leads to itself
/// and has the default label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Node {
    next: [u16; 10],
    label: u16,
}

/// The labels for all sequences of digits up to a length.
#[derive(Debug)]
pub(super) struct Automaton<L> {
    nodes: Box<[Node]>,
    labels: Box<[L]>,
    start: u16,
    longest: usize,
}

impl<L: Copy + Eq + Hash + Default> Automaton<L> {
    /// Compiles a machine. `None` if the automaton would have more nodes than 16 bits can number.
    fn compile<M: Machine<Label = L>>(machine: &mut M, longest: usize) -> Option<Self> {
        let start = machine.start();
        let mut compiler = Compiler {
            machine,
            longest,
            states: std::iter::repeat_with(HashMap::default).take(longest + 1).collect(),
            nodes: vec![Node {
                next: [0; 10],
                label: 0,
            }],
            numbers: HashMap::default(),
            labels: vec![L::default()],
        };
        compiler.numbers.insert(compiler.nodes[0], 0);
        let start = compiler.node(&start, 0)?;
        Some(Self {
            nodes: compiler.nodes.into(),
            labels: compiler.labels.into(),
            start,
            longest,
        })
    }

    /// Returns the label of digits from 0 to 9. `None` if there are more than the automaton was compiled for.
    fn label(&self, digits: &[u8]) -> Option<L> {
        if digits.len() > self.longest {
            return None;
        }
        let mut node = self.nodes.get(usize::from(self.start))?;
        for digit in digits {
            node = self.nodes.get(usize::from(*node.next.get(usize::from(*digit))?))?;
        }
        self.labels.get(usize::from(node.label)).copied()
    }
}

struct Compiler<'m, M: Machine> {
    machine: &'m mut M,
    longest: usize,
    /// The nodes of the states that were reached, for each number of digits.
    states: Vec<HashMap<M::State, u16, RandomState>>,
    nodes: Vec<Node>,
    numbers: HashMap<Node, u16, RandomState>,
    labels: Vec<M::Label>,
}

impl<M: Machine> Compiler<'_, M> {
    fn node(&mut self, state: &M::State, count: usize) -> Option<u16> {
        if let Some(number) = self.states[count].get(state) {
            return Some(*number);
        }
        let mut next = [0; 10];
        if count < self.longest {
            for (next, digit) in next.iter_mut().zip(0..) {
                let behind = self.machine.step(state, digit, count + 1);
                *next = self.node(&behind, count + 1)?;
            }
        }
        let label = self.machine.label(state, count);
        let node = Node {
            next,
            label: self.label(label)?,
        };
        let number = self.number(node)?;
        self.states[count].insert(state.clone(), number);
        Some(number)
    }

    fn number(&mut self, node: Node) -> Option<u16> {
        if let Some(number) = self.numbers.get(&node) {
            return Some(*number);
        }
        let number = u16::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node);
        self.numbers.insert(node, number);
        Some(number)
    }

    fn label(&mut self, label: M::Label) -> Option<u16> {
        let at = self.labels.iter().position(|known| *known == label);
        if at.is_none() {
            self.labels.push(label);
        }
        u16::try_from(at.unwrap_or(self.labels.len() - 1)).ok()
    }
}

#[cfg(test)]
mod examples {
    use super::{Automaton, Node};
    use crate::phone::random::Random;
    use std::hash::Hash;

    /// The number of sequences leading to a node from which the examples of its transitions are built.
    const WAYS: usize = 3;

    impl<L: Copy + Eq + Hash + Default> Automaton<L> {
        /// Calls `each` with sequences that cover every transition from every node: at least three for each transition
        /// that end in a node with a label, if any can, and three that end anywhere.
        pub(in crate::phone) fn examples(&self, random: &mut Random, mut each: impl FnMut(&[u8])) {
            let mut ways: Vec<Vec<Vec<u8>>> = vec![Vec::new(); self.nodes.len()];
            ways[usize::from(self.start)].push(Vec::new());
            // Nodes that follow a node were numbered before it.
            for number in (0..self.nodes.len()).rev() {
                let ways_here = std::mem::take(&mut ways[number]);
                assert!(number == 0 || !ways_here.is_empty(), "a node that nothing leads to");
                for digit in 0..10 {
                    for example in 0..WAYS {
                        let Some(way) = ways_here.get(example % ways_here.len().max(1)) else {
                            continue;
                        };
                        let mut behind = way.clone();
                        behind.push(digit);
                        let next = usize::from(self.nodes[number].next[usize::from(digit)]);
                        let mut labelled = behind.clone();
                        self.go_on(&self.nodes[next], random, &mut labelled);
                        each(&labelled);
                        let mut any = behind.clone();
                        for _ in 0..random.below(12) {
                            any.push(random.digit());
                        }
                        each(&any);
                        if next != number {
                            let ways = &mut ways[next];
                            match ways.len() {
                                WAYS => ways[random.below(WAYS)] = behind,
                                _ => ways.push(behind),
                            }
                        }
                    }
                }
            }
        }

        /// Returns random digits that end in a node with a label.
        pub(in crate::phone) fn labelled(&self, random: &mut Random) -> Vec<u8> {
            let mut digits = Vec::new();
            self.go_on(&self.nodes[usize::from(self.start)], random, &mut digits);
            digits
        }

        fn go_on<'a>(&'a self, mut node: &'a Node, random: &mut Random, digits: &mut Vec<u8>) {
            loop {
                let going = node.next.iter().filter(|next| **next != 0).count();
                if going == 0 || node.label != 0 && random.one_in(3) {
                    return;
                }
                let mut going_on = (0..).zip(node.next).filter(|(_, next)| *next != 0);
                let Some((digit, next)) = going_on.nth(random.below(going)) else {
                    return;
                };
                digits.push(digit);
                node = &self.nodes[usize::from(next)];
            }
        }

        /// The memory use in bytes.
        pub(in crate::phone) fn bytes(&self) -> usize {
            size_of_val(&*self.nodes) + size_of_val(&*self.labels)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts numbers that are divisible by three.
    struct Thirds;

    impl Machine for Thirds {
        type State = u8;
        type Label = bool;

        fn start(&mut self) -> u8 {
            0
        }

        fn step(&mut self, state: &u8, digit: u8, _count: usize) -> u8 {
            (10 * state + digit) % 3
        }

        fn label(&mut self, state: &u8, _count: usize) -> bool {
            *state == 0
        }
    }

    #[test]
    fn an_automaton_says_what_its_machine_says() {
        let automaton = Automaton::compile(&mut Thirds, 3).unwrap();
        for number in 0..1000_u16 {
            let digits = [number / 100, number / 10 % 10, number % 10].map(|digit| digit as u8);
            assert_eq!(automaton.label(&digits), Some(number % 3 == 0), "{number}");
        }
        assert_eq!(automaton.label(&[]), Some(true));
        assert_eq!(automaton.label(&[1, 1, 1, 0]), None);
        assert_eq!(automaton.label(&[10]), None);
        // A node for each remainder after one or two digits; one each for the start, for the ends, and for node 0.
        assert_eq!(automaton.nodes.len(), 1 + 3 + 3 + 1 + 1);
    }

    #[test]
    fn labels_are_the_same_before_and_after_the_automaton_is_compiled() {
        let labels = Labels::new(Thirds, 3);
        for asked in 0..2 * STEPPED {
            let number = asked % 1000;
            let digits = [number / 100, number / 10 % 10, number % 10].map(|digit| digit as u8);
            assert_eq!(labels.label(&digits), Some(number % 3 == 0), "{number}");
            assert_eq!(labels.label(&[1; 4]), None);
            assert_eq!(labels.automaton.get().is_some(), asked >= STEPPED, "{asked}");
        }
    }
}
