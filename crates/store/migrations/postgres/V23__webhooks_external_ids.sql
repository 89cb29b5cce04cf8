-- Addresses of programs that are told of changes, each with its member, whose rights it has.
CREATE TABLE webhooks (
    workspace_id  BIGINT NOT NULL,
    webhook_id    TEXT COLLATE "C" NOT NULL,
    member_id     BIGINT NOT NULL,
    url           TEXT COLLATE "C" NOT NULL,
    events        TEXT COLLATE "C" NOT NULL,
    secret        BYTEA NOT NULL,
    old_secret    BYTEA,
    old_until     BIGINT,
    created_at    BIGINT NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C",
    followed      TEXT COLLATE "C" NOT NULL,
    looked_at     BIGINT NOT NULL,
    imports_at    BIGINT NOT NULL,
    failures      BIGINT NOT NULL,
    failing_since BIGINT,
    wait_until    BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, webhook_id)
);

-- What they are told. Without a next attempt it has arrived, or was given up.
CREATE TABLE webhook_deliveries (
    workspace_id BIGINT NOT NULL,
    webhook_id   TEXT COLLATE "C" NOT NULL,
    delivery_id  TEXT COLLATE "C" NOT NULL,
    event        TEXT COLLATE "C" NOT NULL,
    body         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    next_at      BIGINT,
    attempted_at BIGINT,
    arrived_at   BIGINT,
    answer       TEXT COLLATE "C",
    PRIMARY KEY (workspace_id, webhook_id, delivery_id)
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (workspace_id, webhook_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (workspace_id, webhook_id, created_at, delivery_id);
CREATE INDEX imports_ended ON imports (workspace_id, updated_at) WHERE state IN ('done', 'cancelled', 'undone');

-- Ids of contacts in other systems, by which programs of a member name them.
CREATE TABLE external_ids (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    external_id  TEXT COLLATE "C" NOT NULL,
    contact_id   BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, member_id, external_id)
);

CREATE INDEX external_ids_contact ON external_ids (workspace_id, contact_id);
