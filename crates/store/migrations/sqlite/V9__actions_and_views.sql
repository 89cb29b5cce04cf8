-- What a member has done to many contacts at once, so that it can be taken back. The number is the moment at which it began,
-- or the next that is free, so none is given twice.
CREATE TABLE actions (
    workspace_id INTEGER NOT NULL,
    action_id    INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    undone_at    INTEGER,
    PRIMARY KEY (workspace_id, action_id)
) STRICT, WITHOUT ROWID;

-- Each contact as it was before, and what the action left: its version (NULL where it removed the contact) and owner. The
-- shares are those that differ, before and after. body is NULL where no value was changed.
CREATE TABLE action_contacts (
    workspace_id   INTEGER NOT NULL,
    action_id      INTEGER NOT NULL,
    contact_id     BLOB NOT NULL,
    after_version  INTEGER,
    after_owner    INTEGER NOT NULL,
    owner_id       INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    created_import INTEGER,
    created_line   INTEGER,
    written_import INTEGER,
    shares         TEXT,
    body           TEXT,
    PRIMARY KEY (workspace_id, action_id, contact_id)
) STRICT, WITHOUT ROWID;

-- A list of contacts that a member has given a name: what stands in its address. shared is 1 where everybody may use it.
CREATE TABLE views (
    workspace_id INTEGER NOT NULL,
    view_id      INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    shared       INTEGER NOT NULL,
    saved_at     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    query        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, view_id)
) STRICT, WITHOUT ROWID;
