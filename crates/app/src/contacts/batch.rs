//! Batches: many changes of contacts by a program in one transaction, each with its own result.
//!
//! An operation that fails changes nothing and returns its error. The others are done nevertheless, unless
//! [`BatchRequest::atomic`] is set: then none is done. An operation sees the effects of the operations before it.

use crate::App;
use crate::access::{self, Actor, Right};
use crate::audit::AuditAction;
use crate::contacts::by_hand::{checked, new_row, refuse_another};
use crate::contacts::stored::{StoredContact, read};
use crate::contacts::write::Changes;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::workspace::custom_fields::rules_of;
use crate::workspace::member_names::name_of;
use model::{Contact, ContactId, ContactRules, Email, MatchKey, Version};
use std::str::FromStr;
use store::contacts::{self, ContactRow, external_ids, match_keys};

/// The maximum number of operations in a batch.
pub const BATCH_OPERATIONS: usize = 1_000;

/// The maximum length of an external id, in bytes.
const LONGEST_EXTERNAL_ID: usize = 255;

/// Computes the new values of a contact from its current ones, which are `None` for a new contact.
pub type NewValues = Box<dyn Fn(Option<&Contact>) -> Result<Contact, Error> + Send>;

/// One change of one contact.
pub enum ContactOperation {
    Create(Box<Contact>),
    /// Replaces the values of a contact if it has the expected version.
    Update {
        id: ContactId,
        expected: Option<Version>,
        values: NewValues,
    },
    /// Replaces the values of the contact with this external id of the member, or else of the only contact with this
    /// email; creates a contact if there is neither. The contact has the external id from then on.
    Upsert {
        external: Option<ExternalId>,
        email: Option<Email>,
        values: NewValues,
    },
    /// Moves a contact to the trash.
    Delete {
        id: ContactId,
        expected: Option<Version>,
    },
}

/// The id of a contact in another system, as programs of a member name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId(String);

impl FromStr for ExternalId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=LONGEST_EXTERNAL_ID).contains(&text.len()) && !text.chars().any(char::is_control);
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err("an external id has 1 to 255 bytes and no control characters"),
        }
    }
}

/// The operations of a batch.
pub struct BatchRequest {
    /// An operation that could not be parsed is an error at its position.
    pub operations: Vec<Result<ContactOperation, Error>>,
    /// Whether nothing is done if one operation fails.
    pub atomic: bool,
}

/// The effect of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationDone {
    Created(StoredContact),
    Updated(StoredContact),
    /// The contact had these values already.
    Unchanged(StoredContact),
    Deleted(ContactId),
}

/// The result of one operation.
pub type OperationResult = Result<OperationDone, Error>;

impl App {
    /// Runs operations in order, in one transaction, and returns a result for each. With `once`, the results are stored
    /// as the answer of a keyed request.
    ///
    /// # Errors
    /// [`Error::Batch`] with the errors of all failed operations if the batch is atomic; [`Error::TooMany`];
    /// [`Error::Forbidden`] if the member is not active; database errors.
    pub fn change_contacts(
        &self,
        actor: Actor,
        request: BatchRequest,
        once: Option<OnceAnswer<'_, [OperationResult]>>,
    ) -> Result<Vec<OperationResult>, Error> {
        if request.operations.len() > BATCH_OPERATIONS {
            return Err(Error::TooMany {
                what: "operations",
                most: BATCH_OPERATIONS,
            });
        }
        let now = self.system.now();
        self.change(actor, |changes| {
            let mut batch = Batch {
                app: self,
                actor,
                now,
                changes,
                created: Vec::new(),
                own_name: None,
                rules: None,
                deleted: 0,
            };
            let mut results = Vec::with_capacity(request.operations.len());
            for operation in request.operations {
                let result = operation.and_then(|operation| batch.run(operation));
                match result {
                    Err(error) if ends_all(&error) => return Err(error),
                    result => results.push(result),
                }
            }
            if request.atomic && results.iter().any(Result::is_err) {
                return Err(Error::Batch(failures(results)));
            }
            batch.finish()?;
            keep_answer(changes.tx, once, &results)?;
            Ok(results)
        })
    }
}

/// Whether an error ends the whole batch instead of one operation.
fn ends_all(error: &Error) -> bool {
    matches!(error, Error::Store(_) | Error::DiskFull | Error::Broken)
}

fn failures(results: Vec<OperationResult>) -> Vec<(usize, Error)> {
    let numbered = results.into_iter().enumerate();
    numbered.filter_map(|(at, result)| Some((at, result.err()?))).collect()
}

/// The state of a running batch.
struct Batch<'a, 'b, 'tx> {
    app: &'a App,
    actor: Actor,
    now: i64,
    changes: &'a mut Changes<'b, 'tx>,
    /// New contacts that are not written yet: writing many together is faster.
    created: Vec<ContactRow>,
    /// The member's name, once it was read.
    own_name: Option<String>,
    /// The workspace's rules for contacts, once they were read.
    rules: Option<ContactRules>,
    deleted: u64,
}

impl Batch<'_, '_, '_> {
    fn run(&mut self, operation: ContactOperation) -> OperationResult {
        match operation {
            ContactOperation::Create(contact) => self.create(*contact),
            ContactOperation::Update { id, expected, values } => self.update(id, expected, &values),
            ContactOperation::Upsert {
                external,
                email,
                values,
            } => self.upsert(external.as_ref(), email.as_ref(), &values),
            ContactOperation::Delete { id, expected } => self.delete(id, expected),
        }
    }

    fn create(&mut self, contact: Contact) -> OperationResult {
        let mut contact = checked(contact)?;
        self.validate(&mut contact, None)?;
        let row = new_row(self.actor, self.app.system.contact_id(), self.now, &contact);
        let stored = StoredContact {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            created_by: None,
            written_by: None,
            contact,
            right: Right::Own,
            owner_name: self.own_name()?,
        };
        self.created.push(row);
        Ok(OperationDone::Created(stored))
    }

    fn update(&mut self, id: ContactId, expected: Option<Version>, values: &NewValues) -> OperationResult {
        self.write_created()?;
        let actor = self.actor;
        let (right, row) = access::found(self.changes.tx, actor, id)?;
        let row = access::edit_with(right, (*row).clone())?;
        refuse_another(&row, expected)?;
        let before = read(&row)?;
        let mut after = checked(values(Some(&before))?)?;
        let mut stored = StoredContact::of_row(self.changes.tx, actor, right, &row, before)?;
        if after == stored.contact {
            return Ok(OperationDone::Unchanged(stored));
        }
        self.validate(&mut after, Some(&stored.contact))?;
        stored.version = self.changes.edit(row, &after, self.now)?;
        stored.written_by = None;
        stored.contact = after;
        Ok(OperationDone::Updated(stored))
    }

    fn upsert(&mut self, external: Option<&ExternalId>, email: Option<&Email>, values: &NewValues) -> OperationResult {
        self.write_created()?;
        if let Some(id) = self.named(external)? {
            return self.update(id, None, values);
        }
        let done = match self.with_email(email)? {
            Some(id) => self.update(id, None, values)?,
            None => self.create(values(None)?)?,
        };
        if let (
            Some(external),
            OperationDone::Created(stored) | OperationDone::Updated(stored) | OperationDone::Unchanged(stored),
        ) = (external, &done)
        {
            let Actor { workspace, member } = self.actor;
            external_ids::put(self.changes.tx, workspace, member, &external.0, stored.id)?;
        }
        Ok(done)
    }

    /// The contact with this external id of the member, if they may still see it.
    fn named(&mut self, external: Option<&ExternalId>) -> Result<Option<ContactId>, Error> {
        let Some(external) = external else { return Ok(None) };
        let Actor { workspace, member } = self.actor;
        let Some(id) = external_ids::find(self.changes.tx, workspace, member, &external.0)? else {
            return Ok(None);
        };
        match access::found(self.changes.tx, self.actor, id) {
            Ok(_) => Ok(Some(id)),
            Err(Error::NoContact(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The only contact with this email that the member may see.
    fn with_email(&mut self, email: Option<&Email>) -> Result<Option<ContactId>, Error> {
        let Some(email) = email else { return Ok(None) };
        let (tx, workspace) = (&mut *self.changes.tx, self.actor.workspace);
        let ids = match_keys::find_many(tx, workspace, &[MatchKey::email(email)])?.concat();
        let rows = contacts::get_many(tx, workspace, &ids)?;
        let seen = access::seen(tx, self.actor, rows)?;
        match seen.as_slice() {
            [] => Ok(None),
            [(_, row)] => Ok(Some(row.id)),
            several => Err(Error::SeveralContacts {
                email: email.to_string(),
                contacts: several.iter().map(|(_, row)| row.id).collect(),
            }),
        }
    }

    fn delete(&mut self, id: ContactId, expected: Option<Version>) -> OperationResult {
        self.write_created()?;
        let row = access::own(self.changes.tx, self.actor, id)?;
        refuse_another(&row, expected)?;
        self.changes.trash(vec![row], self.now)?;
        self.deleted += 1;
        Ok(OperationDone::Deleted(id))
    }

    /// Refuses a contact that violates a rule of the workspace.
    fn validate(&mut self, contact: &mut Contact, before: Option<&Contact>) -> Result<(), Error> {
        let rules = match self.rules.take() {
            Some(rules) => rules,
            None => rules_of(self.changes.tx, self.actor.workspace)?,
        };
        let broken = self.rules.insert(rules).check(contact, before);
        match broken.is_empty() {
            true => Ok(()),
            false => Err(Error::Rules(broken)),
        }
    }

    fn write_created(&mut self) -> Result<(), Error> {
        let created = std::mem::take(&mut self.created);
        if created.is_empty() {
            return Ok(());
        }
        Ok(self.changes.insert(access::owned(self.actor, created))?)
    }

    fn own_name(&mut self) -> Result<String, Error> {
        if let Some(name) = &self.own_name {
            return Ok(name.clone());
        }
        let name = name_of(self.changes.tx, self.actor.workspace, self.actor.member)?;
        self.own_name = Some(name.clone());
        Ok(name)
    }

    fn finish(mut self) -> Result<(), Error> {
        self.write_created()?;
        if self.deleted > 0 {
            self.app
                .audit(self.changes.tx, self.actor, AuditAction::Deleted, "", self.deleted)?;
        }
        Ok(())
    }
}
