-- Who did what, when. The id is a UUIDv7, so entries lie in the order in which they came to be. contacts is how many it
-- was about.
CREATE TABLE audit_log (
    workspace_id BIGINT NOT NULL,
    entry_id     BYTEA NOT NULL,
    at           BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    contacts     BIGINT NOT NULL,
    about        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, entry_id)
);
