-- When the member last gave password and second factor in this session; 0 for sessions from before this was recorded. A
-- session that still awaits the code of the second factor lets nobody in.
ALTER TABLE sign_ins ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sign_ins ADD COLUMN awaits_code BIGINT NOT NULL DEFAULT 0;

-- Browsers in which a member has signed in before, by the hash of a secret in a cookie. One browser may be several members'.
CREATE TABLE devices (
    workspace_id BIGINT NOT NULL,
    token_hash   BYTEA NOT NULL,
    member_id    BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, token_hash, member_id)
);
