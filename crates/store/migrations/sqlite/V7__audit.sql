-- Who did what, when. The id is a UUIDv7, so entries lie in the order in which they came to be. contacts is how many it
-- was about.
CREATE TABLE audit_log (
    workspace_id INTEGER NOT NULL,
    entry_id     BLOB NOT NULL,
    at           INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    action       TEXT NOT NULL,
    contacts     INTEGER NOT NULL,
    about        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, entry_id)
) STRICT, WITHOUT ROWID;
