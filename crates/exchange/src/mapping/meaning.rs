//! Determines the meaning of a header from its words alone: the field, its kind, whose value it is, and whether it is
//! the first or second of its kind.

use super::header_words::words;
use super::lexicon::{Field, Kind, LanguageNo, Meaning, Party, Role};
use super::parse::{Token, Votes, parse};
use std::collections::HashSet;

/// What a column is, according to its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// A field.
    Field(Field),
    /// The label of other columns; of a certain field, if the header names one.
    LabelOf(Option<Field>),
    /// Only a kind: `Home`, `Office`. Its values and neighbours decide the field.
    Kind(Kind),
    /// Only `Number`.
    Number,
    /// None of our fields.
    NotOurs,
    /// The words are not conclusive.
    #[default]
    Unknown,
}

/// The meaning of a header.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What the column is.
    pub verdict: Verdict,
    /// The kind of the value.
    pub kind: Option<Kind>,
    /// Whether words say that it is the second value of its kind.
    pub is_second: bool,
    /// The number of the group: 2 in `Address 2 City`.
    pub group: Option<usize>,
    /// The number after the street: 2 in `Address 2`, which may be a line or a second address.
    pub line: Option<usize>,
    /// The person whose value it is.
    pub party: Option<Party>,
    /// The field that the header would name if it were not another person's value, a question, or the number of
    /// something.
    pub withheld: Option<Field>,
    /// The number of the person: 2 in `Guest 2 Email`.
    pub person: Option<usize>,
    /// The unknown word at the start of the header, if many headers begin with it: `properties.city`.
    pub container: Option<String>,
    /// Whether the whole header is one entry of the lexicon.
    pub is_exact: bool,
    /// Whether words of the header are unknown, or have another meaning in another language.
    pub is_doubtful: bool,
    /// Whether the field is named only by a word with other meanings: `last` of `Last Sign In`.
    pub is_weak: bool,
    /// The number of words in the header, not counting numbers.
    pub words: usize,
}

/// Words that begin a yes-or-no question or a command.
const YES_OR_NO: &[&str] = &[
    "is",
    "has",
    "ist",
    "hat",
    "est",
    "es",
    "are",
    "do",
    "does",
    "did",
    "would",
    "will",
    "can",
    "may",
    "should",
    "mochten",
    "mochtest",
    "wollen",
    "willst",
    "darf",
    "durfen",
    "souhaitez",
    "voulez",
    "acceptez",
    "desea",
    "quieres",
    "acepta",
    "vuoi",
    "desideri",
    "deseja",
    "wilt",
    "wil",
    "mogen",
    "chcesz",
    "czy",
    "chcete",
];

/// Reads a header by its words. `containers` are unknown words with which several headers of the row begin.
pub fn read(header: &str, votes: &Votes, containers: &HashSet<String>) -> Reading {
    let mut tokens = parse(header, votes);
    let container = match tokens.first() {
        Some(Token::Unknown(word)) if tokens.len() > 1 && containers.contains(word) => Some(word.clone()),
        _ => None,
    };
    if container.is_some() {
        tokens.remove(0);
    }
    let mut reading = Words::new(&tokens, votes).read();
    reading.container = container;
    if asks_yes_or_no(header) {
        if let Verdict::Field(field) = reading.verdict {
            reading.withheld = Some(field);
        }
        reading.verdict = Verdict::NotOurs;
    }
    let is_sentence = reading.words >= 4 || header.contains(['?', '？', '¿']);
    let has_unknown = tokens.iter().any(|token| matches!(token, Token::Unknown(_)));
    if has_unknown {
        reading.is_doubtful = true;
        reading.is_exact = false;
        let is_told = is_sentence && !reading.is_weak;
        if !is_told && reading.verdict != Verdict::NotOurs {
            reading.verdict = Verdict::Unknown;
        }
    }
    reading
}

fn asks_yes_or_no(header: &str) -> bool {
    let words = words(header);
    words.len() > 1 && YES_OR_NO.contains(&words[0].as_str())
}

/// A known token with the roles that it can play in this row's languages.
struct Word {
    roles: Vec<Role>,
    fields: Vec<Field>,
    at: usize,
    is_ambiguous: bool,
    /// Whether it occurs in no language of the row.
    is_foreign: bool,
}

impl Word {
    fn new(meanings: &[Meaning], votes: &Votes, at: usize) -> Self {
        let weight =
            |language: LanguageNo| votes.get(&language).copied().unwrap_or_default() * 2 + usize::from(language == 0);
        let most = meanings
            .iter()
            .map(|(language, _)| weight(*language))
            .max()
            .unwrap_or_default();
        let mut roles: Vec<Role> = Vec::new();
        let mut fields: Vec<(Field, usize)> = Vec::new();
        for (_, role) in meanings.iter().filter(|(language, _)| weight(*language) == most) {
            match role {
                Role::Field(field) => match fields.iter_mut().find(|(known, _)| known == field) {
                    Some((_, count)) => *count += 1,
                    None => fields.push((*field, 1)),
                },
                role if !roles.contains(role) => roles.push(*role),
                _ => {}
            }
        }
        // The meaning in most languages first; a tie is decided by the order of the languages.
        fields.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let other = |role: &Role| matches!(role, Role::Field(field) if Some(field) != fields.first().map(|(f, _)| f));
        Self {
            is_foreign: most == 0 && !votes.is_empty(),
            is_ambiguous: meanings.iter().any(|(_, role)| other(role)),
            roles,
            fields: fields.into_iter().map(|(field, _)| field).collect(),
            at,
        }
    }

    fn field(&self) -> Option<Field> {
        self.fields.first().copied()
    }

    fn ours(&self) -> Option<Field> {
        self.field().filter(|field| *field != Field::None)
    }

    fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    fn kind(&self) -> Option<Kind> {
        self.roles.iter().find_map(|role| match role {
            Role::Kind(kind) => Some(*kind),
            _ => None,
        })
    }

    fn party(&self) -> Option<Party> {
        self.roles
            .iter()
            .filter(|_| !self.is_foreign)
            .find_map(|role| match role {
                Role::Party(party) => Some(*party),
                _ => None,
            })
    }

    /// Whether it names a field and has no other role.
    fn is_pure_field(&self) -> bool {
        self.ours().is_some() && self.roles.is_empty()
    }
}

struct Words {
    words: Vec<Word>,
    /// Numbers and their positions.
    numbers: Vec<(usize, usize)>,
    count: usize,
}

impl Words {
    fn new(tokens: &[Token], votes: &Votes) -> Self {
        let mut words = Vec::new();
        let mut numbers = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Known { meanings, .. } => words.push(Word::new(meanings, votes, at)),
                Token::Number(number) => numbers.push((at, *number)),
                Token::Unknown(_) => {}
            }
        }
        Self {
            words,
            numbers,
            count: tokens.iter().filter(|p| !matches!(p, Token::Number(_))).count(),
        }
    }

    fn read(&self) -> Reading {
        let mut reading = Reading {
            words: self.count,
            is_doubtful: self.words.iter().any(|word| word.is_ambiguous),
            ..Reading::default()
        };
        match &self.words[..] {
            [] => {}
            [only] => self.read_one(only, &mut reading),
            _ => self.read_several(&mut reading),
        }
        self.number(&mut reading);
        reading
    }

    fn read_one(&self, word: &Word, reading: &mut Reading) {
        reading.is_exact = true;
        reading.party = word.party();
        reading.verdict = match word.field() {
            Some(Field::None) if word.has(Role::Label) => Verdict::LabelOf(None),
            Some(Field::None) if word.has(Role::Number) => Verdict::Number,
            Some(Field::None) => Verdict::NotOurs,
            Some(field) => {
                reading.kind = word.kind().filter(|kind| match kind {
                    Kind::Mobile | Kind::Fax => true,
                    Kind::Billing | Kind::Shipping => field == Field::Address,
                    _ => false,
                });
                Verdict::Field(field)
            }
            None => match (word.kind(), reading.party) {
                // Only a telephone is mobile, in any language.
                (Some(Kind::Mobile), _) => Verdict::Field(Field::PhoneMobile),
                (Some(Kind::Fax), _) => Verdict::Field(Field::PhoneFax),
                (Some(kind), _) => Verdict::Kind(kind),
                (None, Some(_)) => Verdict::NotOurs,
                (None, None) if word.has(Role::Number) => Verdict::Number,
                (None, None) if word.has(Role::Label) => Verdict::LabelOf(None),
                (None, None) if word.has(Role::Meta) => Verdict::NotOurs,
                (None, None) => Verdict::Unknown,
            },
        };
    }

    fn read_several(&self, reading: &mut Reading) {
        let parties: Vec<Party> = self.words.iter().filter_map(Word::party).collect();
        reading.party = parties
            .iter()
            .copied()
            .find(|p| !p.may_be_contact())
            .or(parties.first().copied());
        reading.is_second = self.words.iter().any(|word| word.has(Role::Second));
        let (fields, kinds) = self.fields_and_kinds();
        if reading.party.is_some_and(|party| !party.may_be_contact()) {
            reading.verdict = Verdict::NotOurs;
            reading.withheld = joined(&fields);
            return;
        }
        reading.kind = kind_of(&kinds);
        let is_weak = |word: &Word| word.ours().is_none() || word.has(Role::Meta);
        reading.is_weak = self.words.iter().all(is_weak);
        let field = joined(&fields);
        let has_label = self
            .words
            .iter()
            .any(|word| word.has(Role::Label) && word.ours().is_none());
        let is_not_ours = self.words.iter().any(|word| {
            let is_other = word.ours().is_none() && word.kind().is_none() && word.party().is_none();
            let is_none = word.field() == Some(Field::None);
            is_other && (word.has(Role::Meta) || (is_none && !word.has(Role::Number) && !word.has(Role::Filler)))
        });
        reading.verdict = match field {
            Some(field) if has_label && is_labelled(field) => Verdict::LabelOf(Some(field)),
            Some(field) if field != Field::Website && self.tells_address_of_page() => Verdict::NotOurs,
            _ if has_label || is_not_ours => Verdict::NotOurs,
            Some(field) if self.words.iter().any(|w| w.has(Role::Number)) && !may_be_numbered(field) => {
                reading.withheld = Some(field);
                Verdict::NotOurs
            }
            Some(field) => Verdict::Field(field),
            None if !fields.is_empty() => Verdict::Unknown,
            None => match reading.kind {
                Some(kind) => Verdict::Kind(kind),
                None if self.words.iter().any(|word| word.has(Role::Number)) => Verdict::Number,
                None => Verdict::Unknown,
            },
        };
    }

    /// Whether a word shows that the values are web addresses of pages about something: `Last Name Url`.
    fn tells_address_of_page(&self) -> bool {
        let is_page = |word: &Word| word.has(Role::Meta) && word.ours() == Some(Field::Website);
        self.words.iter().any(is_page)
    }

    /// The fields that the header names, and the kinds that remain without the words for these fields.
    fn fields_and_kinds(&self) -> (Vec<Field>, Vec<Kind>) {
        let mut heads: Vec<&Word> = self.words.iter().filter(|word| word.is_pure_field()).collect();
        if heads.is_empty() {
            // `Work Mobile`, `Contact Company`: the last word that can be a field is used; a word for a person only if
            // there is no other.
            let last = |wanted: &dyn Fn(&Word) -> bool| self.words.iter().rev().find(|word| wanted(word));
            let field = last(&|word| word.ours().is_some() && word.party().is_none());
            heads.extend(field.or_else(|| last(&|word| word.ours().is_some())));
        } else if heads.iter().all(|word| word.ours() == Some(Field::FullName)) {
            // `Company Name` is a company; `Contact Name` stays a name, and so does `Bill To Name`.
            let named = |word: &&Word| {
                word.ours().is_some_and(|field| match field {
                    Field::Address => word.kind().is_none(),
                    field => field == Field::Company || field == Field::Department || field.is_of_address(),
                })
            };
            if let Some(word) = self.words.iter().find(named) {
                heads = vec![word];
            }
        } else if heads.iter().all(|word| word.ours() == Some(Field::Address)) {
            // `addr_fax` is a fax.
            let is_call = |word: &&Word| matches!(word.ours(), Some(Field::PhoneFax | Field::PhoneMobile));
            if let Some(word) = self.words.iter().find(is_call) {
                heads = vec![word];
            }
        }
        let fields = heads.iter().filter_map(|word| word.ours()).collect();
        let is_head = |word: &Word| heads.iter().any(|head| head.at == word.at);
        let kinds = self.words.iter().filter(|word| !is_head(word)).filter_map(Word::kind);
        (fields, kinds.collect())
    }

    /// Assigns the numbers of the header: to a person, an address, a line, or the group.
    fn number(&self, reading: &mut Reading) {
        let field = match reading.verdict {
            Verdict::Field(field) | Verdict::LabelOf(Some(field)) => Some(field),
            _ => None,
        };
        let street = self.words.iter().rev().find(|word| word.ours() == Some(Field::Address));
        for (at, number) in &self.numbers {
            let is_of_person =
                self.words.iter().any(|word| {
                    word.at + 1 == *at && (word.party().is_some() || word.has(Role::Filler)) && word.at == 0
                }) && self.words.iter().any(|word| word.at > *at);
            if is_of_person {
                reading.person = Some(*number);
            }
            match street {
                Some(street) if field == Some(Field::Address) && *at > street.at => {
                    // Of two numbers, the first counts addresses and the second counts lines.
                    if let Some(first) = reading.line.replace(*number) {
                        reading.group = Some(first);
                    }
                }
                _ => reading.group = Some(*number),
            }
        }
    }
}

/// Of several kinds, the most specific one: a fax is a fax, at home and at work.
fn kind_of(kinds: &[Kind]) -> Option<Kind> {
    let order = [
        Kind::Fax,
        Kind::Mobile,
        Kind::Shipping,
        Kind::Billing,
        Kind::Home,
        Kind::Work,
        Kind::Other,
        Kind::Mailing,
    ];
    order.into_iter().find(|kind| kinds.contains(kind))
}

/// Whether values of the field have labels.
fn is_labelled(field: Field) -> bool {
    field.is_of_phone() || field.is_of_address() || matches!(field, Field::Email | Field::Website)
}

/// Whether "number" or "code" may follow the field without changing it: `Phone number`, `State code`.
fn may_be_numbered(field: Field) -> bool {
    field.is_of_phone() || (field.is_of_address() && field != Field::City)
}

/// The field of a header that names several: `Address City` is a city, `First Name Last Name` a whole name.
pub fn joined(fields: &[Field]) -> Option<Field> {
    let mut fields: Vec<Field> = fields.to_vec();
    fields.dedup();
    let has = |fields: &[Field], wanted: &dyn Fn(Field) -> bool| fields.iter().any(|field| wanted(*field));
    // A field that contains the others adds nothing beside them.
    if has(&fields, &|f| {
        f.is_of_phone() || matches!(f, Field::Email | Field::Website)
    }) {
        if has(&fields, &Field::is_of_phone) && fields.contains(&Field::Country) {
            fields.retain(|f| *f != Field::Country);
            fields.push(Field::CallingCode);
        }
        fields.retain(|f| !matches!(f, Field::Address | Field::FullName | Field::Company | Field::BirthDay));
    }
    if has(&fields, &|f| f.is_of_phone() && f != Field::Phone) {
        fields.retain(|f| *f != Field::Phone);
    }
    if has(&fields, &|f| {
        matches!(f, Field::CallingCode | Field::AreaCode | Field::Extension)
    }) {
        fields.retain(|f| matches!(f, Field::CallingCode | Field::AreaCode | Field::Extension));
    }
    if has(&fields, &|f| f.is_of_address() && f != Field::Address) {
        let is_line = has(&fields, &|f| matches!(f, Field::HouseNumber | Field::Unit))
            && fields.contains(&Field::Address)
            && fields.len() == 2;
        fields.retain(|f| !matches!(f, Field::Address | Field::FullName | Field::Company));
        if is_line {
            // `Street and House Number` is a whole street; `Huisnummer toevoeging` beside it is not.
            return Some(Field::Address);
        }
        if fields == [Field::HouseNumber, Field::Unit] {
            return Some(Field::Unit);
        }
    }
    if fields.contains(&Field::FirstName) && fields.contains(&Field::LastName) {
        let at = |wanted| fields.iter().position(|f| *f == wanted);
        let family_first = at(Field::LastName) < at(Field::FirstName);
        let names_only = fields.iter().all(|f| f.is_of_name());
        return names_only.then_some(if family_first {
            Field::FullNameLastFirst
        } else {
            Field::FullName
        });
    }
    if fields.len() > 1 {
        fields.retain(|f| !matches!(f, Field::FullName | Field::Address));
    }
    if fields.len() > 1
        && has(&fields, &|f| {
            matches!(f, Field::Title | Field::Department | Field::FirstName | Field::LastName)
        })
    {
        fields.retain(|f| *f != Field::Company);
    }
    if has(&fields, &|f| {
        matches!(f, Field::BirthDay | Field::BirthMonth | Field::BirthYear)
    }) {
        fields.retain(|f| *f != Field::Birthday);
    }
    if fields.contains(&Field::Title) {
        fields.retain(|f| !matches!(f, Field::Occupation | Field::Department));
    }
    fields.dedup();
    match fields[..] {
        [field] => Some(field),
        [Field::City, Field::ZipCode]
        | [Field::ZipCode, Field::City]
        | [Field::City, Field::State]
        | [Field::State, Field::City]
        | [Field::City, Field::Country]
        | [Field::State, Field::ZipCode]
        | [Field::City, Field::State, Field::ZipCode]
        | [Field::ZipCode, Field::City, Field::State]
        | [Field::City, Field::ZipCode, Field::State]
        | [Field::City, Field::State, Field::Country]
        | [Field::City, Field::State, Field::ZipCode, Field::Country]
        | [Field::ZipCode, Field::City, Field::Country] => Some(Field::Place),
        [Field::FirstName, Field::MiddleName] => Some(Field::FirstName),
        [Field::Prefix, Field::Title] => Some(Field::Prefix),
        _ => None,
    }
}

/// Whether a cell is a column name that is common in contact files.
pub fn is_known_name(cell: &str) -> bool {
    let cell = cell.trim();
    if cell.is_empty() || cell.len() > 80 {
        return false;
    }
    let tokens = parse(cell, &Votes::new());
    let named = tokens.iter().filter(|token| !matches!(token, Token::Number(_))).count();
    let is_covered = !tokens.iter().any(|token| matches!(token, Token::Unknown(_)));
    let reading = Words::new(&tokens, &Votes::new()).read();
    match reading.verdict {
        _ if !is_covered || named > 6 => false,
        // A data cell may contain `Home`, `Active` or `Customer`.
        Verdict::Field(_) => named > 1 || !tokens.iter().any(is_role_of_person),
        Verdict::NotOurs | Verdict::LabelOf(_) | Verdict::Number => {
            named > 1 || reading.is_exact && tokens.iter().any(is_none_field)
        }
        Verdict::Kind(_) | Verdict::Unknown => false,
    }
}

fn is_none_field(token: &Token) -> bool {
    match token {
        Token::Known { meanings, .. } => meanings.iter().any(|(_, role)| *role == Role::Field(Field::None)),
        _ => false,
    }
}

fn is_role_of_person(token: &Token) -> bool {
    match token {
        Token::Known { meanings, .. } => meanings
            .iter()
            .any(|(_, role)| matches!(role, Role::Filler | Role::Party(_))),
        _ => false,
    }
}
