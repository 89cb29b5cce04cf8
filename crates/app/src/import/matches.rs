//! Finds the contacts that a row matches, by the import's matching rule.

use crate::access::Right;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::import::batch_state::is_own;
use crate::import::candidate::Found;
use crate::import::match_index::MatchIndex;
use crate::import::pipeline::ParsedRow;
use crate::import::shared_keys::{MAX_CANDIDATES, name_of};
use crate::import_options::Match;
use model::{Contact, ContactId, MatchKey, Verdict, Version, by_key, content_hash};
use std::cell::OnceCell;
use store::RunId;
use store::contacts::ContactRow;

/// What a row and a contact have in common.
pub(crate) enum MatchedBy {
    /// The row names the contact's id.
    Id,
    /// All values are equal.
    Content,
    /// Emails and phones; never empty.
    Keys(Vec<MatchKey>),
}

/// A contact that a row matches.
pub(crate) struct Matched {
    pub row: ContactRow,
    /// The parsed contact, once it was needed.
    contact: OnceCell<Contact>,
    /// What the member may do with it.
    pub right: Right,
    pub by: MatchedBy,
    /// Whether the contact only shares emails and phones with the row and the other values do not show that they are
    /// the same: a switchboard, a family's address.
    pub is_only_possible: bool,
    /// Whether the contact's values equal those of the row, so that they need not be parsed for the comparison.
    is_equal: bool,
}

/// A contact before a row changes it.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub contact: &'a Contact,
    pub version: Version,
    /// Whether the row names its id.
    pub is_named: bool,
    /// Whether a row of the same file has created the contact.
    pub is_of_this_file: bool,
}

impl Matched {
    /// Creates a match by id or by all values.
    fn certain(found: Found, by: MatchedBy) -> Self {
        let Found { right, row } = found;
        Self {
            contact: OnceCell::new(),
            row,
            right,
            by,
            is_only_possible: false,
            is_equal: false,
        }
    }

    /// Creates a match by keys. The shared keys are added with `add_key`.
    fn by_keys(found: Found, row: &ParsedRow) -> Self {
        let is_equal = content_hash(&found.row.body) == row.content;
        Self {
            is_only_possible: true,
            is_equal,
            ..Self::certain(found, MatchedBy::Keys(Vec::new()))
        }
    }

    /// Adds a key that the row shares with the contact.
    ///
    /// # Errors
    /// The stored contact cannot be read.
    fn add_key(&mut self, key: &MatchKey, row: &RowValues<'_>) -> Result<(), Error> {
        let is_same = || Ok::<_, Error>(self.is_equal || by_key(self.contact()?, row.contact()?, key) == Verdict::Same);
        let is_only_possible = self.is_only_possible && !is_same()?;
        if let MatchedBy::Keys(keys) = &mut self.by {
            keys.push(key.clone());
            self.is_only_possible = is_only_possible;
        }
        Ok(())
    }

    /// Returns the parsed contact. A contact that this preview would create may have only the values that identify
    /// contacts.
    ///
    /// # Errors
    /// The stored contact cannot be read.
    pub fn contact(&self) -> Result<&Contact, Error> {
        match self.contact.get() {
            Some(contact) => Ok(contact),
            None => {
                let contact = read(&self.row)?;
                Ok(self.contact.get_or_init(|| contact))
            }
        }
    }

    /// Returns the stored row, the parsed contact, and the member's right to it.
    ///
    /// # Errors
    /// The stored contact cannot be read.
    pub fn into_parts(mut self) -> Result<(ContactRow, Contact, Right), Error> {
        let contact = match self.contact.take() {
            Some(contact) => contact,
            None => read(&self.row)?,
        };
        Ok((self.row, contact, self.right))
    }

    /// Creates a match for a contact that the row was found to match before, with what the two have in common now.
    ///
    /// # Errors
    /// The stored contact cannot be read.
    pub fn again(row: &ParsedRow, found: Found) -> Result<Self, Error> {
        let named = row.id == Some(found.row.id);
        let mut matched = Self::certain(found, MatchedBy::Id);
        let keys = MatchKey::of_contact(matched.contact()?);
        let mut shared = row.keys.iter().filter(|key| !named && keys.contains(key)).peekable();
        match shared.peek() {
            None => {}
            Some(key) if key.is_content() => matched.by = MatchedBy::Content,
            Some(_) => {
                matched.by = MatchedBy::Keys(Vec::new());
                matched.is_only_possible = true;
                let values = RowValues::new(row);
                shared.try_for_each(|key| matched.add_key(key, &values))?;
            }
        }
        Ok(matched)
    }

    /// Returns the shared key to name first: an email before a phone.
    pub fn key(&self) -> Option<&MatchKey> {
        match &self.by {
            MatchedBy::Id | MatchedBy::Content => None,
            MatchedBy::Keys(keys) => keys.iter().min_by_key(|key| !key.is_email()),
        }
    }

    /// Returns the contact as it is before a row of the import `run` changes it.
    ///
    /// # Errors
    /// The stored contact cannot be read.
    pub fn known(&self, run: RunId) -> Result<Known<'_>, Error> {
        Ok(Known {
            contact: self.contact()?,
            version: self.row.version,
            is_named: matches!(self.by, MatchedBy::Id),
            is_of_this_file: is_own(&self.row, run),
        })
    }

    fn keys(&self) -> &[MatchKey] {
        match &self.by {
            MatchedBy::Id | MatchedBy::Content => &[],
            MatchedBy::Keys(keys) => keys,
        }
    }
}

/// The contact of a row, parsed when it is first needed.
struct RowValues<'r> {
    row: &'r ParsedRow,
    contact: OnceCell<Contact>,
}

impl<'r> RowValues<'r> {
    fn new(row: &'r ParsedRow) -> Self {
        Self {
            row,
            contact: OnceCell::new(),
        }
    }

    fn contact(&self) -> Result<&Contact, Error> {
        match self.contact.get() {
            Some(contact) => Ok(contact),
            None => {
                let contact = self.row.read()?;
                Ok(self.contact.get_or_init(|| contact))
            }
        }
    }
}

/// Finds the matches of rows.
#[derive(Clone, Copy)]
pub(crate) struct MatchFinder {
    pub matching: Match,
    /// The current import, or a preview.
    pub run: RunId,
}

impl MatchFinder {
    /// Returns all contacts that a row matches: the one with the row's id; else all that share its keys; else one that
    /// has the same values. With `creates`, matching rows become new contacts anyway, so the search stops at two
    /// matches.
    pub fn find(&self, index: &mut MatchIndex<'_, '_>, row: &ParsedRow, creates: bool) -> Result<Vec<Matched>, Error> {
        if let Some(id) = row.id
            && let Some(found) = index.get(id)?
        {
            return Ok(vec![Matched::certain(found, MatchedBy::Id)]);
        }
        if row.is_surely_new {
            return Ok(Vec::new());
        }
        let matches = self.by_keys(index, row, creates)?;
        if matches.is_empty() {
            return Ok(self.by_content(index, row)?.into_iter().collect());
        }
        Ok(matches)
    }

    fn by_keys(&self, index: &mut MatchIndex<'_, '_>, row: &ParsedRow, creates: bool) -> Result<Vec<Matched>, Error> {
        let mut matches: Vec<Matched> = Vec::new();
        let values = RowValues::new(row);
        for key in row.keys.iter().filter(|key| self.matching.counts(key)) {
            for id in self.candidates(index, row, key)? {
                if let Some(known) = matches.iter_mut().find(|m| m.row.id == id) {
                    known.add_key(key, &values)?;
                    continue;
                }
                let Some(found) = index.get(id)? else { continue };
                // Rows of an export have ids: two rows with ids are two contacts, whatever they share.
                if row.id.is_some() && is_own(&found.row, self.run) {
                    continue;
                }
                let mut matched = Matched::by_keys(found, row);
                matched.add_key(key, &values)?;
                matches.push(matched);
                if creates && self.has_two_certain(&matches) {
                    break;
                }
            }
        }
        if self.by_name() {
            matches.retain(|m| !m.is_only_possible);
        } else if let Some(certain) = certain_one(&matches) {
            matches = vec![matches.swap_remove(certain)];
        }
        Ok(matches)
    }

    fn has_two_certain(&self, matches: &[Matched]) -> bool {
        let counts = |m: &&Matched| !self.by_name() || !m.is_only_possible;
        matches.iter().filter(counts).nth(1).is_some()
    }

    /// Whether a contact must also have the same name to match.
    fn by_name(&self) -> bool {
        self.matching == Match::EmailOrPhoneAndName
    }

    /// Returns the contacts with a key that a row is compared with. If more than [`MAX_CANDIDATES`] contacts share the
    /// key and names matter, only contacts with the row's name are returned.
    fn candidates(
        &self,
        index: &mut MatchIndex<'_, '_>,
        row: &ParsedRow,
        key: &MatchKey,
    ) -> Result<Vec<ContactId>, Error> {
        let first = index.contacts_with(key)?;
        if first.len() <= MAX_CANDIDATES || !self.by_name() {
            return Ok(first);
        }
        match name_of(&row.read()?) {
            Some(name) => Ok(index.shared_key(key)?.namesakes(name)),
            None => Ok(first),
        }
    }

    /// Returns a contact that existed before this run and has exactly the row's values. Importing a file again
    /// therefore creates nothing, even where the matching rule finds no contact. Equal rows within one file stay
    /// separate contacts.
    fn by_content(&self, index: &mut MatchIndex<'_, '_>, row: &ParsedRow) -> Result<Option<Matched>, Error> {
        if row.id.is_some() {
            return Ok(None);
        }
        for key in &row.keys {
            let mut ids = index.contacts_with(key)?;
            if ids.len() > MAX_CANDIDATES {
                ids = index.shared_key(key)?.same(row.content);
            }
            for id in ids {
                if let Some(found) = index.get(id)?
                    && !is_own(&found.row, self.run)
                    && content_hash(&found.row.body) == row.content
                {
                    return Ok(Some(Matched::certain(found, MatchedBy::Content)));
                }
            }
        }
        Ok(None)
    }
}

/// Returns the only certain match among several, if the other matches share no key with the row that it does not share
/// too. Example: several members of a family share one address, and the row is certainly one of them.
fn certain_one(matches: &[Matched]) -> Option<usize> {
    if !(2..=MAX_CANDIDATES).contains(&matches.len()) {
        return None;
    }
    let mut certain = (0..matches.len()).filter(|at| !matches[*at].is_only_possible);
    let only = certain.next().filter(|_| certain.next().is_none())?;
    let covers = |other: &Matched| other.keys().iter().all(|key| matches[only].keys().contains(key));
    matches.iter().all(covers).then_some(only)
}
