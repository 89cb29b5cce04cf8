-- Who sees a contact beside its owner: grantee is the number of a member, or 0 for the whole workspace; access is view or
-- edit. Clustered by contact, so that the shares of a page of contacts lie beside each other.
CREATE TABLE contact_shares (
    workspace_id INTEGER NOT NULL,
    contact_id   BLOB NOT NULL,
    grantee      INTEGER NOT NULL,
    access       TEXT NOT NULL,
    shared_by    INTEGER NOT NULL,
    shared_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, grantee)
) STRICT, WITHOUT ROWID;
