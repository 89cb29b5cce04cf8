-- The mapping that a member has used last for a header row, which is known by its hash.
CREATE TABLE mappings (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    header_hash  BYTEA NOT NULL,
    mapping      TEXT COLLATE "C" NOT NULL,
    used_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, member_id, header_hash)
);
