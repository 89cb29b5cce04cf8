-- What others did that a member should know of: contacts shared with them, taken from them, transferred to them. Member 0 is everyone.
CREATE TABLE notifications (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    by_member    INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    contacts     INTEGER NOT NULL,
    -- The contact, if it is one.
    contact_id   BLOB,
    PRIMARY KEY (workspace_id, member_id, at, by_member, kind)
) STRICT, WITHOUT ROWID;
