-- What each change of contacts touched, by its number in workspaces.changes, so that whoever keeps a list of contacts in
-- memory can follow: ids of contacts, 16 bytes each; or a first and a last id, and all between; or everything.
CREATE TABLE contact_feed (
    workspace_id BIGINT NOT NULL,
    change_no    BIGINT NOT NULL,
    part         BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    ids          BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, change_no, part)
);
