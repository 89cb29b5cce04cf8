-- Addresses of programs that are told of changes, each with its member, whose rights it has.
CREATE TABLE webhooks (
    workspace_id  INTEGER NOT NULL,
    webhook_id    TEXT NOT NULL,
    member_id     INTEGER NOT NULL,
    url           TEXT NOT NULL,
    events        TEXT NOT NULL,
    secret        BLOB NOT NULL,
    old_secret    BLOB,
    old_until     INTEGER,
    created_at    INTEGER NOT NULL,
    state         TEXT NOT NULL,
    reason        TEXT,
    followed      TEXT NOT NULL,
    looked_at     INTEGER NOT NULL,
    imports_at    INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    failing_since INTEGER,
    wait_until    INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, webhook_id)
) STRICT, WITHOUT ROWID;

-- What they are told. Without a next attempt it has arrived, or was given up.
CREATE TABLE webhook_deliveries (
    workspace_id INTEGER NOT NULL,
    webhook_id   TEXT NOT NULL,
    delivery_id  TEXT NOT NULL,
    event        TEXT NOT NULL,
    body         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      INTEGER,
    attempted_at INTEGER,
    arrived_at   INTEGER,
    answer       TEXT,
    PRIMARY KEY (workspace_id, webhook_id, delivery_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (workspace_id, webhook_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (workspace_id, webhook_id, created_at, delivery_id);
CREATE INDEX imports_ended ON imports (workspace_id, updated_at) WHERE state IN ('done', 'cancelled', 'undone');

-- Ids of contacts in other systems, by which programs of a member name them.
CREATE TABLE external_ids (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    external_id  TEXT NOT NULL,
    contact_id   BLOB NOT NULL,
    PRIMARY KEY (workspace_id, member_id, external_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX external_ids_contact ON external_ids (workspace_id, contact_id);
