-- The mapping that a member has used last for a header row, which is known by its hash.
CREATE TABLE mappings (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    header_hash  BLOB NOT NULL,
    mapping      TEXT NOT NULL,
    used_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, member_id, header_hash)
) STRICT, WITHOUT ROWID;
