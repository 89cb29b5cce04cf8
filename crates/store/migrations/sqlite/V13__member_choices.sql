-- What a member has chosen for themselves, such as the columns of a list, and is shown again wherever they sign in.
CREATE TABLE member_choices (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    choice       TEXT NOT NULL,
    value        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, member_id, choice)
) STRICT, WITHOUT ROWID;

-- Views that nobody but a removed member could use.
DELETE FROM views
WHERE shared = 0 AND EXISTS (
    SELECT 1 FROM members
    WHERE members.workspace_id = views.workspace_id AND members.member_id = views.member_id AND members.state = 'removed'
);
