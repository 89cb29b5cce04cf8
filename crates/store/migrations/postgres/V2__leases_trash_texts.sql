-- Counts the transactions that changed contacts of the workspace. Each of them raises it first, which makes the writers of a
-- workspace queue on every engine, and tells an import that somebody else has written since.
ALTER TABLE workspaces ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;

-- The value of changes at which every contact had its current text in contact_texts.
ALTER TABLE workspaces ADD COLUMN texts_at BIGINT NOT NULL DEFAULT -1;

-- Who runs the import, NULL when nobody does. Whoever writes for the import names itself here, in the same transaction.
ALTER TABLE imports ADD COLUMN holder TEXT COLLATE "C";

-- Signs of life, beside the imports and not in them, because a batch keeps its import's row locked. renewed_at is by the
-- database's clock, not by that of the process.
CREATE TABLE import_leases (
    workspace_id BIGINT NOT NULL,
    import_id    BIGINT NOT NULL,
    holder       TEXT COLLATE "C" NOT NULL,
    renewed_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, import_id)
);

-- Deleted contacts, with the columns of contacts, until they are restored or forgotten.
CREATE TABLE trashed_contacts (
    workspace_id   BIGINT NOT NULL,
    contact_id     BYTEA NOT NULL,
    trashed_at     BIGINT NOT NULL,
    trashed_by     BIGINT NOT NULL,
    owner_id       BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    created_import BIGINT,
    created_line   BIGINT,
    written_import BIGINT,
    body           TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
);

-- What a search looks through: the folded words of a contact as it was at version. Written after an import, never inside
-- it; a contact without a current text is searched by its body.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE contact_texts (
    workspace_id BIGINT NOT NULL,
    contact_id   BYTEA NOT NULL,
    version      BIGINT NOT NULL,
    search_text  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
);

-- The workspace stands in it too, because a word that is rare in one workspace may be frequent in all of them together.
CREATE INDEX contact_texts_trigrams ON contact_texts USING gin (workspace_id, search_text gin_trgm_ops);

-- What is true of the whole installation: whether a copy into it is under way. No row of a workspace is here.
CREATE TABLE installation (
    name  TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);
