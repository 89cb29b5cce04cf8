-- Migrations are only ever added: one that has been released is never edited.
-- Every primary key starts with the workspace, by which the tables can be distributed. Texts compare byte by byte ("C"), as on SQLite.
-- Ids of contacts are 16 bytes (UUIDv7), times are UTC microseconds since 1970, plans and counts are JSON text.

CREATE TABLE workspaces (
    workspace_id BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);

CREATE TABLE members (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    email        TEXT COLLATE "C",
    role         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
);

-- written_import is the import that wrote the current version, NULL when a person did.
-- The body stands last, so that the small columns can be read without it.
CREATE TABLE contacts (
    workspace_id   BIGINT NOT NULL,
    contact_id     BYTEA NOT NULL,
    owner_id       BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    created_import BIGINT,
    created_line   BIGINT,
    written_import BIGINT,
    body           TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
);

CREATE TABLE contact_keys (
    workspace_id BIGINT NOT NULL,
    match_key    TEXT COLLATE "C" NOT NULL,
    contact_id   BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, match_key, contact_id)
);

CREATE TABLE contact_names (
    workspace_id BIGINT NOT NULL,
    name_order   TEXT COLLATE "C" NOT NULL,
    contact_id   BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, name_order, contact_id)
);

CREATE TABLE imports (
    workspace_id   BIGINT NOT NULL,
    import_id      BIGINT NOT NULL,
    owner_id       BIGINT NOT NULL,
    file_name      TEXT COLLATE "C" NOT NULL,
    file_size      BIGINT NOT NULL,
    state          TEXT COLLATE "C" NOT NULL,
    plan           TEXT COLLATE "C" NOT NULL,
    rows_done      BIGINT NOT NULL,
    counts         TEXT COLLATE "C" NOT NULL,
    rejected_bytes BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    PRIMARY KEY (workspace_id, import_id)
);

-- The ids that a batch gave to the contacts it created. With contacts.created_import it is the change log of creations.
CREATE TABLE import_batches (
    workspace_id  BIGINT NOT NULL,
    import_id     BIGINT NOT NULL,
    batch_no      BIGINT NOT NULL,
    first_contact BYTEA NOT NULL,
    last_contact  BYTEA NOT NULL,
    created       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, import_id, batch_no)
);

-- What was there before an import changed a contact. Without before_body the import created the contact, under an id
-- that lies outside of the ranges of its batches.
CREATE TABLE import_changes (
    workspace_id          BIGINT NOT NULL,
    import_id             BIGINT NOT NULL,
    contact_id            BYTEA NOT NULL,
    line                  BIGINT NOT NULL,
    before_version        BIGINT,
    before_written_import BIGINT,
    before_body           TEXT COLLATE "C",
    PRIMARY KEY (workspace_id, import_id, contact_id)
);
