//! The custom fields of a workspace: defining, changing, ordering and archiving them, and the rules that follow from
//! them.
//!
//! Decides who may change fields, and which names and choices are accepted. A field cannot be renamed, because
//! contacts, files, filters and views refer to it by name. Nor can its kind change, because valid values would become
//! invalid. Archive it and define another one instead.

use crate::App;
use crate::View;
use crate::access::Actor;
use crate::access::{IsAdmin, admin};
use crate::audit::AuditAction;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::workspace::stored::{Stored, stored_settings};
use exchange::mapping::BoundMapping;
use model::{AddressPart, Contact, ContactRules, CustomField, FieldKind, Label, Region, Slot, TextField, clean};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::workspace::custom_fields::{self, Field, FieldId, NewField};
use store::{Tx, Workspace};

/// The maximum number of fields in a workspace, including archived ones.
const MOST_FIELDS: usize = 500;
/// The maximum length of a name or a choice, in characters.
const MOST_LETTERS: usize = 100;
/// The maximum number of choices of a field.
const MOST_CHOICES: usize = 500;

/// A custom field with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinedField {
    pub id: FieldId,
    pub field: CustomField,
}

/// The choices of a field as they are stored.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Choices {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    offered: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    former: Vec<String>,
}

/// The workspace's rules for files and forms, and whether the member may define new fields.
#[derive(Clone, Debug)]
pub(crate) struct WorkspaceRules {
    pub rules: ContactRules,
    /// The country of phone numbers without a country code, if nothing else indicates it.
    pub country: Option<Region>,
    pub may_define: bool,
}

impl Default for WorkspaceRules {
    /// Without a workspace there are no rules, and every field may be named.
    fn default() -> Self {
        Self {
            rules: ContactRules::default(),
            country: None,
            may_define: true,
        }
    }
}

impl View<'_, '_> {
    /// Returns the custom fields in order, archived ones last.
    pub fn custom_fields(&mut self) -> Result<Vec<DefinedField>, Error> {
        defined(self.tx, self.actor.workspace)
    }

    /// Returns the workspace's rules for contacts.
    pub fn contact_rules(&mut self) -> Result<ContactRules, Error> {
        rules_of(self.tx, self.actor.workspace)
    }
}

impl App {
    /// Returns the custom fields in order, archived ones last.
    pub fn custom_fields(&self, actor: Actor) -> Result<Vec<DefinedField>, Error> {
        self.read(actor, |view| view.custom_fields())
    }

    /// Checks that the member may change fields and settings.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn may_govern(&self, actor: Actor) -> Result<(), Error> {
        self.store.read(|tx| admin(tx, actor).map(drop))
    }

    /// Returns the workspace's rules for contacts.
    pub fn contact_rules(&self, actor: Actor) -> Result<ContactRules, Error> {
        self.read(actor, |view| view.contact_rules())
    }

    /// Defines a field, after all others.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Field`] if its name or its choices are not accepted.
    pub fn define_field(&self, actor: Actor, field: &CustomField) -> Result<FieldId, Error> {
        Ok(self.define_field_once(actor, field, None)?.id)
    }

    /// Defines a field. With `once`, the field is stored as the answer of a keyed request.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Field`] if its name or its choices are not accepted.
    pub fn define_field_once(
        &self,
        actor: Actor,
        field: &CustomField,
        once: Option<OnceAnswer<'_, DefinedField>>,
    ) -> Result<DefinedField, Error> {
        let name = clean(&field.name).into_owned();
        let choices = choices_of(field.kind, &field.choices)?;
        let now = self.system.now();
        self.store.write(|tx| {
            let proof = admin(tx, actor)?;
            let fields = defined(tx, actor.workspace)?;
            check_name(&name, &fields)?;
            let made = CustomField {
                name,
                kind: field.kind,
                choices,
                ..CustomField::default()
            };
            let id = add(tx, proof, actor.workspace, &made, now)?;
            let about = format!("{} ({}) was added", made.name, made.kind.as_str());
            self.audit(tx, actor, AuditAction::FieldChanged, &about, 0)?;
            let made = DefinedField { id, field: made };
            keep_answer(tx, once, &made)?;
            Ok(made)
        })
    }

    /// Replaces the choices of a field. Contacts keep values that are not choices any more until they are edited.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Field`] if there is no such field or the choices are not accepted.
    pub fn set_choices(&self, actor: Actor, id: FieldId, choices: &[String]) -> Result<(), Error> {
        self.store.write(|tx| {
            admin(tx, actor)?;
            let field = one(tx, actor.workspace, id)?;
            if field.kind != FieldKind::Choice {
                return Err(Error::Field(format!("{} is not a field with choices", field.name)));
            }
            let offered = choices_of(field.kind, choices)?;
            let gone = field.choices.iter().chain(&field.former_choices);
            let mut former: Vec<String> = Vec::new();
            for choice in gone.filter(|choice| !offered.contains(choice)) {
                if !former.contains(choice) {
                    former.push(choice.clone());
                }
            }
            let about = format!("{} has the choices {}", field.name, offered.join(", "));
            let text = crate::json::to_json(&Choices { offered, former });
            custom_fields::set_choices(tx, actor.workspace, id, &text)?;
            Ok(self.audit(tx, actor, AuditAction::FieldChanged, &about, 0)?)
        })
    }

    /// Moves a field one place up or down among the fields that are not archived.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Field`] if there is no such field.
    pub fn move_field(&self, actor: Actor, id: FieldId, up: bool) -> Result<(), Error> {
        self.store.write(|tx| {
            admin(tx, actor)?;
            let field = one(tx, actor.workspace, id)?;
            let mut order = defined(tx, actor.workspace)?;
            order.retain(|other| !other.field.archived);
            let at = order.iter().position(|other| other.id == id);
            let to = at.and_then(|at| if up { at.checked_sub(1) } else { Some(at + 1) });
            let (Some(at), Some(to)) = (at, to.filter(|to| *to < order.len())) else {
                return Ok(());
            };
            order.swap(at, to);
            for (position, other) in (1..).zip(&order) {
                custom_fields::set_position(tx, actor.workspace, other.id, position)?;
            }
            let about = format!("{} was moved {}", field.name, if up { "up" } else { "down" });
            Ok(self.audit(tx, actor, AuditAction::FieldChanged, &about, 0)?)
        })
    }

    /// Archives a field, or restores it. Its values stay.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Field`] if there is no such field.
    pub fn archive_field(&self, actor: Actor, id: FieldId, archived: bool) -> Result<(), Error> {
        let now = self.system.now();
        self.store.write(|tx| {
            admin(tx, actor)?;
            let field = one(tx, actor.workspace, id)?;
            if field.archived == archived {
                return Ok(());
            }
            custom_fields::set_archived(tx, actor.workspace, id, archived.then_some(now))?;
            let did = if archived { "archived" } else { "brought back" };
            let about = format!("{} was {did}", field.name);
            Ok(self.audit(tx, actor, AuditAction::FieldChanged, &about, 0)?)
        })
    }

    /// Returns the workspace's rules as they apply to the member.
    pub(crate) fn terms(&self, actor: Actor) -> Result<WorkspaceRules, Error> {
        self.store.read(|tx| {
            let may_define = match admin(tx, actor) {
                Ok(_) => true,
                Err(Error::Forbidden(_)) => false,
                Err(error) => return Err(error),
            };
            let stored = stored_settings(tx, actor.workspace)?;
            Ok(WorkspaceRules {
                country: stored.country(),
                rules: rules_with(tx, actor.workspace, stored)?,
                may_define,
            })
        })
    }

    /// Defines the fields that a mapping fills and that do not exist yet, as text fields.
    pub(crate) fn define_mapped(&self, tx: &mut Tx<'_>, actor: Actor, mapping: &BoundMapping) -> Result<(), Error> {
        let mut names: Vec<String> = defined(tx, actor.workspace)?
            .into_iter()
            .map(|d| d.field.name)
            .collect();
        let filled = mapping.columns().iter().filter_map(|column| match &column.slot {
            Some(Slot::Custom(name)) => Some(name),
            _ => None,
        });
        let now = self.system.now();
        for name in filled {
            if names.contains(name) {
                continue;
            }
            let proof = admin(tx, actor).map_err(|error| match error {
                Error::Forbidden(_) => Error::UnknownField(name.clone()),
                error => error,
            })?;
            add(tx, proof, actor.workspace, &CustomField::of_text(name), now)?;
            let about = format!("{name} (text) was added by an import");
            self.audit(tx, actor, AuditAction::FieldChanged, &about, 0)?;
            names.push(name.clone());
        }
        Ok(())
    }
}

/// Checks that column choices name only fields that exist, or that the member may define.
pub(crate) fn refuse_new_fields(choices: &[(String, String)], terms: &WorkspaceRules) -> Result<(), Error> {
    let new = choices.iter().find_map(|(_, slot)| match slot.parse() {
        Ok(Slot::Custom(name)) if terms.rules.field(&name).is_none() => Some(name),
        _ => None,
    });
    match new.filter(|_| !terms.may_define) {
        Some(name) => Err(Error::UnknownField(name)),
        None => Ok(()),
    }
}

/// Checks a contact that a person has entered against the workspace's rules, and brings its values into the form in
/// which they are stored.
///
/// # Errors
/// [`Error::Rules`] with all violations.
pub(crate) fn validate(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    contact: &mut Contact,
    before: Option<&Contact>,
) -> Result<(), Error> {
    let broken = rules_of(tx, workspace)?.check(contact, before);
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Error::Rules(broken))
    }
}

/// Returns the slots that can be required of contacts, in the order in which they are offered.
pub fn fields_to_require(fields: &[DefinedField]) -> Vec<Slot> {
    use TextField as T;
    let texts = [T::FirstName, T::LastName, T::Company, T::Title, T::Department].map(Slot::Text);
    let address = [
        AddressPart::Street,
        AddressPart::City,
        AddressPart::ZipCode,
        AddressPart::Country,
    ]
    .map(|part| Slot::Address(Label::NONE, part));
    let custom = fields.iter().filter(|d| !d.field.archived);
    texts
        .into_iter()
        .chain([Slot::Email(Label::NONE), Slot::Phone(Label::NONE)])
        .chain(address)
        .chain([Slot::Birthday, Slot::Tags])
        .chain(custom.map(|d| Slot::Custom(d.field.name.clone())))
        .collect()
}

/// Returns the names of the fields in the order in which exports write them.
pub(crate) fn names_in_order(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<String>, Error> {
    let fields = defined(tx, workspace)?;
    Ok(fields.into_iter().map(|defined| defined.field.name).collect())
}

/// Returns a workspace's rules for contacts.
pub(crate) fn rules_of(tx: &mut Tx<'_>, workspace: Workspace) -> Result<ContactRules, Error> {
    let stored = stored_settings(tx, workspace)?;
    rules_with(tx, workspace, stored)
}

fn rules_with(tx: &mut Tx<'_>, workspace: Workspace, settings: Stored) -> Result<ContactRules, Error> {
    let fields: Vec<CustomField> = defined(tx, workspace)?.into_iter().map(|d| d.field).collect();
    let mut required = settings.required;
    // An archived field is not offered, so it cannot be filled.
    required.retain(|slot| match slot {
        Slot::Custom(name) => fields.iter().any(|field| field.name == *name && !field.archived),
        _ => true,
    });
    Ok(ContactRules { fields, required })
}

pub(crate) fn defined(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<DefinedField>, Error> {
    custom_fields::list(tx, workspace)?.into_iter().map(read).collect()
}

fn one(tx: &mut Tx<'_>, workspace: Workspace, id: FieldId) -> Result<CustomField, Error> {
    let found = defined(tx, workspace)?.into_iter().find(|defined| defined.id == id);
    found
        .map(|defined| defined.field)
        .ok_or_else(|| Error::Field("there is no such field".to_owned()))
}

fn read(field: Field) -> Result<DefinedField, Error> {
    let unreadable = || store::Error::Corrupt(format!("custom field {} cannot be read", field.id.0));
    let kind = FieldKind::parse(&field.kind).ok_or_else(unreadable)?;
    let choices: Choices = serde_json::from_str(&field.choices).map_err(|_| unreadable())?;
    Ok(DefinedField {
        id: field.id,
        field: CustomField {
            name: field.name,
            kind,
            choices: choices.offered,
            former_choices: choices.former,
            archived: field.archived_at.is_some(),
        },
    })
}

fn add(
    tx: &mut Tx<'_>,
    _proof: IsAdmin,
    workspace: Workspace,
    field: &CustomField,
    now: i64,
) -> Result<FieldId, store::Error> {
    let choices = crate::json::to_json(&Choices {
        offered: field.choices.clone(),
        former: Vec::new(),
    });
    let new = NewField {
        name: &field.name,
        kind: field.kind.as_str(),
        choices: &choices,
    };
    custom_fields::add(tx, workspace, &new, now)
}

fn check_name(name: &str, fields: &[DefinedField]) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::Field(why));
    if name.is_empty() {
        return refuse("a field needs a name".to_owned());
    }
    if name.chars().count() > MOST_LETTERS {
        return refuse(format!("a name has at most {MOST_LETTERS} letters"));
    }
    if name.contains(['\n', '"']) {
        return refuse("a name is one line without quotation marks, so that it can be searched for".to_owned());
    }
    let lower = name.to_lowercase();
    if built_in_names().any(|built_in| built_in == lower) {
        return refuse(format!("every contact has {name} already"));
    }
    if let Some(other) = fields.iter().find(|other| other.field.name.to_lowercase() == lower) {
        let archived = if other.field.archived {
            "; it is archived, bring it back"
        } else {
            ""
        };
        return refuse(format!("there is a field {} already{archived}", other.field.name));
    }
    if fields.len() >= MOST_FIELDS {
        return refuse(format!("a workspace has at most {MOST_FIELDS} fields"));
    }
    Ok(())
}

/// The names of the built-in fields, in lower case.
fn built_in_names() -> impl Iterator<Item = String> {
    let none = Label::NONE;
    let parts = AddressPart::ALL.map(|part| Slot::Address(none.clone(), part));
    let others = [
        Slot::FullName,
        Slot::Email(none.clone()),
        Slot::Phone(none.clone()),
        Slot::Website(none),
        Slot::Birthday,
        Slot::Tags,
        Slot::VcardLines,
        Slot::Id,
        Slot::Version,
    ];
    let slots = TextField::ALL.map(Slot::Text).into_iter().chain(parts).chain(others);
    slots.flat_map(|slot| [slot.title().to_lowercase(), slot.to_string().replace('_', " ")])
}

/// Returns choices in the form in which they are stored: cleaned, and without duplicates.
fn choices_of(kind: FieldKind, entered: &[String]) -> Result<Vec<String>, Error> {
    if kind != FieldKind::Choice {
        return Ok(Vec::new());
    }
    let mut choices: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for choice in entered
        .iter()
        .map(|choice| clean(choice))
        .filter(|choice| !choice.is_empty())
    {
        if choice.chars().count() > MOST_LETTERS {
            return Err(Error::Field(format!("a choice has at most {MOST_LETTERS} letters")));
        }
        if !known.insert(choice.to_lowercase()) {
            return Err(Error::Field(format!("the choice {choice} is listed twice")));
        }
        choices.push(choice.into_owned());
    }
    match choices.len() {
        0 => Err(Error::Field(
            "write at least one choice, each on a line of its own".to_owned(),
        )),
        1..=MOST_CHOICES => Ok(choices),
        _ => Err(Error::Field(format!("a field has at most {MOST_CHOICES} choices"))),
    }
}
