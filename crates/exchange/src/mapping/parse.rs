//! Splits a header into words and phrases of the lexicon: `Bill to Zip`, `emailAddress`, `Geschäftstelefon`, `会社電話番号`.
//! Of all ways to split it, the one with the fewest and best known tokens is used.

use super::header_words::{is_number, words};
use super::lexicon::{LanguageNo, Meaning, lexicon};
use std::collections::HashMap;

/// A word or phrase of a header.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A word or phrase of the lexicon, and whether it was cut out of a longer word.
    Known {
        /// What it can mean.
        meanings: &'static [Meaning],
        /// Whether it was cut out of a longer word.
        glued: bool,
    },
    /// A number.
    Number(usize),
    /// A word that is not in the lexicon.
    Unknown(String),
}

/// For each language, how many headers of the row it knows.
pub type Votes = HashMap<LanguageNo, usize>;

/// A longer header is cut off: it is a text.
const LONGEST: usize = 160;

const KNOWN: u32 = 10;
const GLUED: u32 = 7;
const FOREIGN: u32 = 9;
const NUMBER: u32 = 1;
const UNKNOWN: u32 = 45;
const LINK: u32 = 3;

/// Counts for each language how many headers it knows: the neighbours decide what an ambiguous word means.
pub fn language_votes(header: &[String]) -> Votes {
    let mut votes = Votes::new();
    for language in header.iter().flat_map(|name| languages_of(name)) {
        *votes.entry(language).or_default() += 1;
    }
    votes
}

/// The languages that know every word of a header.
fn languages_of(header: &str) -> Vec<LanguageNo> {
    let mut common: Option<Vec<LanguageNo>> = None;
    for token in parse(header, &Votes::new()) {
        let meanings = match token {
            Token::Known { meanings, .. } => meanings,
            Token::Number(_) => continue,
            Token::Unknown(_) => return Vec::new(),
        };
        let mut languages: Vec<LanguageNo> = meanings.iter().map(|meaning| meaning.0).collect();
        languages.dedup();
        match &mut common {
            None => common = Some(languages),
            Some(common) => common.retain(|language| languages.contains(language)),
        }
    }
    common.unwrap_or_default()
}

/// Splits a header into tokens.
pub fn parse(header: &str, votes: &Votes) -> Vec<Token> {
    let mut words = words(header);
    let mut length = 0;
    words.retain(|word| {
        length += word.len();
        length <= LONGEST
    });
    Cut::new(&words, votes).tokens()
}

/// The cheapest way to reach a position.
#[derive(Clone)]
struct Step {
    cost: u32,
    from: usize,
    token: Option<Token>,
}

struct Cut<'a> {
    text: String,
    /// The offsets at which words begin, and the end of the last.
    borders: Vec<usize>,
    votes: &'a Votes,
    most_votes: usize,
}

impl<'a> Cut<'a> {
    fn new(words: &[String], votes: &'a Votes) -> Self {
        let mut borders = vec![0];
        let mut text = String::new();
        for word in words {
            text.push_str(word);
            borders.push(text.len());
        }
        Self {
            text,
            borders,
            votes,
            most_votes: votes.values().copied().max().unwrap_or_default(),
        }
    }

    fn is_border(&self, at: usize) -> bool {
        self.borders.binary_search(&at).is_ok()
    }

    /// The end of the word that contains a position.
    fn end_of_word(&self, at: usize) -> usize {
        let next = self.borders.partition_point(|border| *border <= at);
        self.borders.get(next).copied().unwrap_or(self.text.len())
    }

    fn tokens(&self) -> Vec<Token> {
        let end = self.text.len();
        let mut best: Vec<Option<Step>> = vec![None; end + 1];
        best[0] = Some(Step {
            cost: 0,
            from: 0,
            token: None,
        });
        for at in 0..end {
            let Some(cost) = best[at].as_ref().map(|step| step.cost) else {
                continue;
            };
            let mut offer = |to: usize, more: u32, token: Option<Token>| {
                let cost = cost + more;
                if best[to].as_ref().is_none_or(|known| cost < known.cost) {
                    best[to] = Some(Step { cost, from: at, token });
                }
            };
            self.known_tokens(at, &mut offer);
            if self.is_border(at) {
                self.plain_word(at, &mut offer);
            } else {
                self.links(at, &mut offer);
            }
        }
        let mut tokens = Vec::new();
        let mut at = end;
        while at > 0 {
            let Some(step) = best[at].take() else { break };
            tokens.extend(step.token);
            at = step.from;
        }
        tokens.reverse();
        tokens
    }

    fn known_tokens(&self, at: usize, offer: &mut impl FnMut(usize, u32, Option<Token>)) {
        let farthest = self.text.len().min(at + lexicon().longest());
        let end_of_word = self.end_of_word(at);
        for to in at + 1..=farthest {
            if !self.text.is_char_boundary(to) {
                continue;
            }
            let word = &self.text[at..to];
            let glued = !(self.is_border(at) && self.is_border(to));
            // `Form Name` is not `for` and `MName`: part of a word is not joined with the next word.
            let is_across = !self.is_border(at) && to > end_of_word && !word.chars().any(is_without_blanks);
            if glued && (is_across || !may_be_glued(word)) {
                continue;
            }
            let Some(meanings) = lexicon().get(word) else { continue };
            let foreign = !self.speaks(meanings);
            if foreign && word.len() < if glued { 5 } else { 3 } {
                continue;
            }
            let cost = KNOWN + if glued { GLUED } else { 0 } + if foreign { FOREIGN } else { 0 };
            offer(to, cost, Some(Token::Known { meanings, glued }));
        }
    }

    /// Whether one of the languages of the row, or English, has the word; true if no language is known yet.
    fn speaks(&self, meanings: &[Meaning]) -> bool {
        self.votes.is_empty()
            || meanings.iter().any(|(language, _)| {
                *language == 0
                    || self
                        .votes
                        .get(language)
                        .is_some_and(|votes| votes * 3 >= self.most_votes)
            })
    }

    fn plain_word(&self, at: usize, offer: &mut impl FnMut(usize, u32, Option<Token>)) {
        let to = self.end_of_word(at);
        let word = &self.text[at..to];
        if is_number(word) {
            offer(to, NUMBER, Some(Token::Number(word.parse().unwrap_or(usize::MAX))));
        } else {
            offer(to, UNKNOWN, Some(Token::Unknown(word.to_owned())));
        }
    }

    /// Offers linking letters between the parts of a compound: `Rechnung-s-adresse`, `Kunde-n-nummer`.
    fn links(&self, at: usize, offer: &mut impl FnMut(usize, u32, Option<Token>)) {
        for link in ["s", "e", "n", "en", "es", "er"] {
            let to = at + link.len();
            if self.text[at..].starts_with(link) && to < self.text.len() && !self.is_border(to) {
                offer(to, LINK, None);
            }
        }
    }
}

fn may_be_glued(word: &str) -> bool {
    let characters = word.chars().count();
    if word.is_ascii() {
        characters >= 3
    } else if word.chars().any(is_without_blanks) {
        true
    } else {
        characters >= 3
    }
}

/// Whether the character belongs to a script that is written without blanks between words, or mostly so.
fn is_without_blanks(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::{Field, Kind, Role};
    use super::*;

    fn roles(header: &str) -> Vec<Vec<Role>> {
        parse(header, &Votes::new())
            .into_iter()
            .filter_map(|token| match token {
                Token::Known { meanings, .. } => Some(meanings.iter().map(|m| m.1).collect()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn headers_are_cut_where_words_meet() {
        for header in ["workphone", "Work Phone", "WORK_PHONE", "workPhone"] {
            let roles = roles(header);
            assert_eq!(roles.len(), 2, "{header}: {roles:?}");
            assert!(roles[0].contains(&Role::Kind(Kind::Work)), "{header}");
            assert!(roles[1].contains(&Role::Field(Field::Phone)), "{header}");
        }
        let german = roles("Rechnungsadresse");
        assert!(german[0].contains(&Role::Kind(Kind::Billing)), "{german:?}");
        let chinese = roles("家庭地址");
        assert!(
            chinese.iter().flatten().any(|r| *r == Role::Kind(Kind::Home)),
            "{chinese:?}"
        );
    }

    #[test]
    fn unknown_words_and_numbers_are_tokens_too() {
        let tokens = parse("Qwertz 12 City", &Votes::new());
        assert_eq!(tokens[0], Token::Unknown("qwertz".to_owned()));
        assert_eq!(tokens[1], Token::Number(12));
        assert!(matches!(tokens[2], Token::Known { glued: false, .. }));
    }
}
