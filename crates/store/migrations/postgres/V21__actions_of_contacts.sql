-- The history of a contact asks which actions have touched it.
CREATE INDEX action_contacts_by_contact ON action_contacts (workspace_id, contact_id, action_id);
