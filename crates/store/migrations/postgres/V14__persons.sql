-- Who made a contact and who wrote its current version, where a person did: an import is noted in columns of its own.
-- NULL for an import, and for what was written before this was noted.
ALTER TABLE contacts ADD COLUMN made_by BIGINT;
ALTER TABLE contacts ADD COLUMN edited_by BIGINT;
ALTER TABLE trashed_contacts ADD COLUMN made_by BIGINT;
ALTER TABLE trashed_contacts ADD COLUMN edited_by BIGINT;
ALTER TABLE action_contacts ADD COLUMN made_by BIGINT;
ALTER TABLE action_contacts ADD COLUMN edited_by BIGINT;
ALTER TABLE import_changes ADD COLUMN before_edited_by BIGINT;
