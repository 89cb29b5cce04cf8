-- What others did that a member should know of: contacts shared with them, taken from them, transferred to them. Member 0 is everyone.
CREATE TABLE notifications (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    by_member    BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    contacts     BIGINT NOT NULL,
    -- The contact, if it is one.
    contact_id   BYTEA,
    PRIMARY KEY (workspace_id, member_id, at, by_member, kind)
);
