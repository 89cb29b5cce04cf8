-- Tokens by which programs of a member use the HTTP API, by the hash of their secret. A token that was revoked is not here.
CREATE TABLE api_tokens (
    workspace_id BIGINT NOT NULL,
    token_hash   BYTEA NOT NULL,
    member_id    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    used_at      BIGINT,
    scopes       TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, token_hash)
);

-- Idempotency keys: requests of a member's programs that must have one effect however often they are sent. Without an answer
-- the request is running, by the claim of one process.
CREATE TABLE request_keys (
    workspace_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    request_key  TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    claim        TEXT COLLATE "C" NOT NULL,
    holder       TEXT COLLATE "C" NOT NULL,
    claimed_at   BIGINT NOT NULL,
    answer       TEXT COLLATE "C",
    PRIMARY KEY (workspace_id, member_id, request_key)
);
