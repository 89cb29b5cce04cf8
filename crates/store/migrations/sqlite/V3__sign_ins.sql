-- What the member's password is checked against, as a PHC string; NULL while the member has none and cannot sign in.
ALTER TABLE members ADD COLUMN password_hash TEXT;

-- Who is signed in, by the hash of a secret that only the browser has.
CREATE TABLE sign_ins (
    workspace_id INTEGER NOT NULL,
    token_hash   BLOB NOT NULL,
    member_id    INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    agent        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, token_hash)
) STRICT, WITHOUT ROWID;

-- How often somebody failed to sign in lately. The subject is a hash of an email or of an address of the network.
CREATE TABLE sign_in_failures (
    workspace_id  INTEGER NOT NULL,
    subject       TEXT NOT NULL,
    failures      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, subject)
) STRICT, WITHOUT ROWID;
