-- Migrations are only ever added: one that has been released is never edited.
-- Every table is clustered by its primary key, and every primary key starts with the workspace.
-- Ids of contacts are 16-byte blobs (UUIDv7), times are UTC microseconds since 1970, plans and counts are JSON text.

CREATE TABLE workspaces (
    workspace_id INTEGER NOT NULL,
    name         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    name         TEXT NOT NULL,
    email        TEXT,
    role         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
) STRICT, WITHOUT ROWID;

-- written_import is the import that wrote the current version, NULL when a person did.
-- The body stands last, so that the small columns can be read without it.
CREATE TABLE contacts (
    workspace_id   INTEGER NOT NULL,
    contact_id     BLOB NOT NULL,
    owner_id       INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    created_import INTEGER,
    created_line   INTEGER,
    written_import INTEGER,
    body           TEXT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_keys (
    workspace_id INTEGER NOT NULL,
    match_key    TEXT NOT NULL,
    contact_id   BLOB NOT NULL,
    PRIMARY KEY (workspace_id, match_key, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_names (
    workspace_id INTEGER NOT NULL,
    name_order   TEXT NOT NULL,
    contact_id   BLOB NOT NULL,
    PRIMARY KEY (workspace_id, name_order, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
    workspace_id   INTEGER NOT NULL,
    import_id      INTEGER NOT NULL,
    owner_id       INTEGER NOT NULL,
    file_name      TEXT NOT NULL,
    file_size      INTEGER NOT NULL,
    state          TEXT NOT NULL,
    plan           TEXT NOT NULL,
    rows_done      INTEGER NOT NULL,
    counts         TEXT NOT NULL,
    rejected_bytes INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    finished_at    INTEGER,
    PRIMARY KEY (workspace_id, import_id)
) STRICT, WITHOUT ROWID;

-- The ids that a batch gave to the contacts it created. With contacts.created_import it is the change log of creations.
CREATE TABLE import_batches (
    workspace_id  INTEGER NOT NULL,
    import_id     INTEGER NOT NULL,
    batch_no      INTEGER NOT NULL,
    first_contact BLOB NOT NULL,
    last_contact  BLOB NOT NULL,
    created       INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, import_id, batch_no)
) STRICT, WITHOUT ROWID;

-- What was there before an import changed a contact. Without before_body the import created the contact, under an id
-- that lies outside of the ranges of its batches.
CREATE TABLE import_changes (
    workspace_id          INTEGER NOT NULL,
    import_id             INTEGER NOT NULL,
    contact_id            BLOB NOT NULL,
    line                  INTEGER NOT NULL,
    before_version        INTEGER,
    before_written_import INTEGER,
    before_body           TEXT,
    PRIMARY KEY (workspace_id, import_id, contact_id)
) STRICT, WITHOUT ROWID;
