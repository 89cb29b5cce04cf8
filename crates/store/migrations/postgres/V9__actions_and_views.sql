-- What a member has done to many contacts at once, so that it can be taken back. The number is the moment at which it began,
-- or the next that is free, so none is given twice.
CREATE TABLE actions (
    workspace_id BIGINT NOT NULL,
    action_id    BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    undone_at    BIGINT,
    PRIMARY KEY (workspace_id, action_id)
);

-- Each contact as it was before, and what the action left: its version (NULL where it removed the contact) and owner. The
-- shares are those that differ, before and after. body is NULL where no value was changed.
CREATE TABLE action_contacts (
    workspace_id   BIGINT NOT NULL,
    action_id      BIGINT NOT NULL,
    contact_id     BYTEA NOT NULL,
    after_version  BIGINT,
    after_owner    BIGINT NOT NULL,
    owner_id       BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    created_import BIGINT,
    created_line   BIGINT,
    written_import BIGINT,
    shares         TEXT COLLATE "C",
    body           TEXT COLLATE "C",
    PRIMARY KEY (workspace_id, action_id, contact_id)
);

-- A list of contacts that a member has given a name: what stands in its address. shared is 1 where everybody may use it.
CREATE TABLE views (
    workspace_id BIGINT NOT NULL,
    view_id      BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    shared       BIGINT NOT NULL,
    saved_at     BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    query        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, view_id)
);
