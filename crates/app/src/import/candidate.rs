//! A contact that a row may match.

use crate::access::Right;
use store::contacts::ContactRow;

/// A contact that the member may see.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// What the member may do with it.
    pub right: Right,
    /// The current state of the contact.
    pub row: ContactRow,
}
