-- Counts the transactions that changed contacts of the workspace. Each of them raises it first, which makes the writers of a
-- workspace queue on every engine, and tells an import that somebody else has written since.
ALTER TABLE workspaces ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;

-- The value of changes at which every contact had its current text in contact_texts.
ALTER TABLE workspaces ADD COLUMN texts_at INTEGER NOT NULL DEFAULT -1;

-- Who runs the import, NULL when nobody does. Whoever writes for the import names itself here, in the same transaction.
ALTER TABLE imports ADD COLUMN holder TEXT;

-- Signs of life, beside the imports and not in them, because a batch keeps its import's row locked. renewed_at is by the
-- database's clock, not by that of the process.
CREATE TABLE import_leases (
    workspace_id INTEGER NOT NULL,
    import_id    INTEGER NOT NULL,
    holder       TEXT NOT NULL,
    renewed_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, import_id)
) STRICT, WITHOUT ROWID;

-- Deleted contacts, with the columns of contacts, until they are restored or forgotten.
CREATE TABLE trashed_contacts (
    workspace_id   INTEGER NOT NULL,
    contact_id     BLOB NOT NULL,
    trashed_at     INTEGER NOT NULL,
    trashed_by     INTEGER NOT NULL,
    owner_id       INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    created_import INTEGER,
    created_line   INTEGER,
    written_import INTEGER,
    body           TEXT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
) STRICT, WITHOUT ROWID;

-- What a search looks through: the folded words of a contact as it was at version. Written after an import, never inside
-- it; a contact without a current text is searched by its body.
CREATE TABLE contact_texts (
    workspace_id INTEGER NOT NULL,
    contact_id   BLOB NOT NULL,
    version      INTEGER NOT NULL,
    search_text  TEXT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
) STRICT, WITHOUT ROWID;

-- What is true of the whole installation: whether a copy into it is under way. No row of a workspace is here.
CREATE TABLE installation (
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
