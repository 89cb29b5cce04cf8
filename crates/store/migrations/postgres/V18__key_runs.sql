-- Match keys of batches of large imports that are not in contact_keys yet. run_key is the number of the batch's run, four
-- letters, and then the key, so that every run is written behind the last one, in order. The runs are merged into
-- contact_keys when they become many, and at the end of the import.
CREATE TABLE contact_key_runs (
    workspace_id BIGINT NOT NULL,
    run_key      TEXT COLLATE "C" NOT NULL,
    contact_id   BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, run_key, contact_id)
);
