-- The shares of a deleted contact, as JSON, to be given back when it is restored: contact_shares has those of contacts that
-- are there. Empty for one that was shared with nobody.
ALTER TABLE trashed_contacts ADD COLUMN shares TEXT NOT NULL DEFAULT '';
