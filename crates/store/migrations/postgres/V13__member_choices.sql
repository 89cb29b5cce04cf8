-- What a member has chosen for themselves, such as the columns of a list, and is shown again wherever they sign in.
CREATE TABLE member_choices (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    choice       TEXT COLLATE "C" NOT NULL,
    value        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, member_id, choice)
);

-- Views that nobody but a removed member could use.
DELETE FROM views
WHERE shared = 0 AND EXISTS (
    SELECT 1 FROM members
    WHERE members.workspace_id = views.workspace_id AND members.member_id = views.member_id AND members.state = 'removed'
);
