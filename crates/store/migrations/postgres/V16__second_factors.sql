-- The secret that a member's authenticator app shares with us. It counts once a code has confirmed it (confirmed_at). last_step
-- is the time step of the last code that was used, so that no code is used twice.
CREATE TABLE second_factors (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step    BIGINT NOT NULL,
    secret       BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
);

-- Codes that each replace the authenticator app once, by their hashes.
CREATE TABLE recovery_codes (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    code_hash    BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, member_id, code_hash)
);
