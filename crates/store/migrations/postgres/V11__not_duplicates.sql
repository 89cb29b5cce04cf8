-- Pairs of contacts of which a member has said that they are two, so that nobody is asked again. first_id is the smaller.
CREATE TABLE not_duplicates (
    workspace_id BIGINT NOT NULL,
    first_id     BYTEA NOT NULL,
    second_id    BYTEA NOT NULL,
    member_id    BIGINT NOT NULL,
    said_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, first_id, second_id)
);
