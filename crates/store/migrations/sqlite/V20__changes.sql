-- Who does not see a contact any more, by the change that took it from them; member 0 is everyone. Who follows the changes is
-- told so, and is not told of contacts that they never saw.
CREATE TABLE contact_tombstones (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    change_no    INTEGER NOT NULL,
    contact_id   BLOB NOT NULL,
    PRIMARY KEY (workspace_id, member_id, change_no, contact_id)
) STRICT, WITHOUT ROWID;

-- How many changes there were by a day, so that old ones can be forgotten.
CREATE TABLE change_days (
    workspace_id INTEGER NOT NULL,
    day          INTEGER NOT NULL,
    change_no    INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, day)
) STRICT, WITHOUT ROWID;
