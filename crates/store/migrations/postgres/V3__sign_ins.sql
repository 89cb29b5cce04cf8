-- What the member's password is checked against, as a PHC string; NULL while the member has none and cannot sign in.
ALTER TABLE members ADD COLUMN password_hash TEXT COLLATE "C";

-- Who is signed in, by the hash of a secret that only the browser has.
CREATE TABLE sign_ins (
    workspace_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    member_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, token_hash)
);

-- How often somebody failed to sign in lately. The subject is a hash of an email or of an address of the network.
CREATE TABLE sign_in_failures (
    workspace_id BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, subject)
);
