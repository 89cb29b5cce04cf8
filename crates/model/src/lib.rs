//! The contact: its types and rules.
//!
//! Defines types that cannot hold an invalid value, how values are normalised, the match keys by which two records are
//! considered the same contact, and how a row's values are merged into a contact. Files, columns, SQL, HTTP, the clock
//! and randomness are out of scope: every result depends only on the arguments.

mod birthday;
mod contact;
mod contact_from_json;
mod contact_json;
mod contact_shape;
mod country;
mod email;
mod field;
mod key;
mod label;
mod legal_forms;
mod merging;
mod month_names;
mod number;
mod patch;
mod patch_lists;
mod person_name;
mod phone;
mod similarity;
mod slot;
mod text;
mod vcard_line;

pub use birthday::{Birthday, DateOrder, OrderEvidence, is_placeholder_date};
pub use contact::{Address, Contact, LabeledEmail, LabeledPhone, Website};
pub use contact_shape::ContactShapes;
pub use country::{countries, country_key, region_of_country};
pub use email::{Email, EmailProblem};
pub use field::{ContactRules, CustomField, FieldKind, Misfit, Notation, RuleBroken};
pub use key::{KeyKind, MatchKey, content_hash, name_order};
pub use label::Label;
pub use merging::{
    ListField, ListedValue, MergeChoices, SingleChoice, SingleField, listed_values, merge, single_choices,
};
pub use month_names::month_named;
pub use number::{DecimalSign, canonical_number, decimal_sign_shown_by};
pub use patch::{Fill, Patch};
pub use patch_lists::{Blanks, Lists, tag_key};
pub use person_name::{
    PersonName, is_company_salutation, is_salutation, join_titles, looks_like_company, split_person_name,
    split_spanish_name, titles_in_front,
};
pub use phone::{Phone, PhoneProblem, Region};
pub use similarity::{
    Block, Compared, Rating, Similarity, Sketch, Verdict, blocks, by_key, doubt, rate, rate_values, reasons_of_values,
    similarity,
};
pub use slot::{AddressPart, Slot, TextField, UnknownSlot};
pub use text::{Text, clean, fold};
pub use vcard_line::VcardLine;

/// A contact's identity: a UUIDv7, so that contacts sort in the order of their creation.
pub type ContactId = uuid::Uuid;

/// The time of a contact's last change, in UTC microseconds since 1970. It strictly increases with every change, so it
/// is also the contact's version: equal versions of a contact have equal content.
pub type Version = i64;
