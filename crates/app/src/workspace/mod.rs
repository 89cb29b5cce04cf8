//! The settings of a workspace, which apply to all its members, and its custom fields.

pub(crate) mod custom_fields;
pub(crate) mod member_names;
pub(crate) mod security;
pub(crate) mod settings;
pub(crate) mod stored;
