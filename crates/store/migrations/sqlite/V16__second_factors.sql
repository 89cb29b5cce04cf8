-- The secret that a member's authenticator app shares with us. It counts once a code has confirmed it (confirmed_at). last_step
-- is the time step of the last code that was used, so that no code is used twice.
CREATE TABLE second_factors (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step    INTEGER NOT NULL,
    secret       BLOB NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
) STRICT, WITHOUT ROWID;

-- Codes that each replace the authenticator app once, by their hashes.
CREATE TABLE recovery_codes (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    code_hash    BLOB NOT NULL,
    PRIMARY KEY (workspace_id, member_id, code_hash)
) STRICT, WITHOUT ROWID;
