-- What each change of contacts touched, by its number in workspaces.changes, so that whoever keeps a list of contacts in
-- memory can follow: ids of contacts, 16 bytes each; or a first and a last id, and all between; or everything.
CREATE TABLE contact_feed (
    workspace_id INTEGER NOT NULL,
    change_no    INTEGER NOT NULL,
    part         INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    ids          BLOB NOT NULL,
    PRIMARY KEY (workspace_id, change_no, part)
) STRICT, WITHOUT ROWID;
