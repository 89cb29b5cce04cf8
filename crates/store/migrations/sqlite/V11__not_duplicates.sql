-- Pairs of contacts of which a member has said that they are two, so that nobody is asked again. first_id is the smaller.
CREATE TABLE not_duplicates (
    workspace_id INTEGER NOT NULL,
    first_id     BLOB NOT NULL,
    second_id    BLOB NOT NULL,
    member_id    INTEGER NOT NULL,
    said_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, first_id, second_id)
) STRICT, WITHOUT ROWID;
