-- Who sees a contact beside its owner: grantee is the number of a member, or 0 for the whole workspace; access is view or
-- edit. Clustered by contact, so that the shares of a page of contacts lie beside each other.
CREATE TABLE contact_shares (
    workspace_id BIGINT NOT NULL,
    contact_id   BYTEA NOT NULL,
    grantee      BIGINT NOT NULL,
    access       TEXT COLLATE "C" NOT NULL,
    shared_by    BIGINT NOT NULL,
    shared_at    BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, grantee)
);
