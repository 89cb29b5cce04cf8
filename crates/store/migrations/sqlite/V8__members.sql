-- active, deactivated or removed. Who is removed keeps a name, for the history of what they did, and nothing else. seen_at
-- is when the member was last seen, roughly; NULL if never.
ALTER TABLE members ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE members ADD COLUMN seen_at INTEGER;

-- An email is that of one member; who was removed has none.
CREATE UNIQUE INDEX members_email ON members (workspace_id, email);

-- Links that are worth something once, by the hash of the secret in them: an invitation, with the email and the role of
-- who is to join, or a new password, with the member who is to have it.
CREATE TABLE links (
    workspace_id INTEGER NOT NULL,
    token_hash   BLOB NOT NULL,
    kind         TEXT NOT NULL,
    role         TEXT,
    member_id    INTEGER,
    made_by      INTEGER NOT NULL,
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER,
    email        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, token_hash)
) STRICT, WITHOUT ROWID;
