-- Tokens by which programs of a member use the HTTP API, by the hash of their secret. A token that was revoked is not here.
CREATE TABLE api_tokens (
    workspace_id INTEGER NOT NULL,
    token_hash   BLOB NOT NULL,
    member_id    INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    used_at      INTEGER,
    scopes       TEXT NOT NULL,
    name         TEXT NOT NULL,
    PRIMARY KEY (workspace_id, token_hash)
) STRICT, WITHOUT ROWID;

-- Idempotency keys: requests of a member's programs that must have one effect however often they are sent. Without an answer
-- the request is running, by the claim of one process.
CREATE TABLE request_keys (
    workspace_id INTEGER NOT NULL,
    member_id    INTEGER NOT NULL,
    request_key  TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    claim        TEXT NOT NULL,
    holder       TEXT NOT NULL,
    claimed_at   INTEGER NOT NULL,
    answer       TEXT,
    PRIMARY KEY (workspace_id, member_id, request_key)
) STRICT, WITHOUT ROWID;
