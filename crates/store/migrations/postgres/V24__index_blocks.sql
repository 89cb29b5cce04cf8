-- Match keys and names of batches of large imports that are not in contact_keys and contact_names yet: sorted entries in
-- blocks of some KiB. run_key is the number of the batch's run, four letters, and then the text of the first entry, so that
-- every run is written behind the last one, in order. The runs are merged when they become many, and at the end of the import.
INSERT INTO contact_keys (workspace_id, match_key, contact_id)
SELECT workspace_id, substr(run_key, 5), contact_id FROM contact_key_runs
ON CONFLICT DO NOTHING;

DROP TABLE contact_key_runs;

CREATE TABLE contact_key_blocks (
    workspace_id BIGINT NOT NULL,
    run_key      TEXT COLLATE "C" NOT NULL,
    block        BIGINT NOT NULL,
    entries      BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, run_key, block)
);

-- Blocks live for minutes: compressing them costs more than it saves.
ALTER TABLE contact_key_blocks ALTER COLUMN entries SET STORAGE EXTERNAL;

CREATE TABLE contact_name_blocks (
    workspace_id BIGINT NOT NULL,
    run_key      TEXT COLLATE "C" NOT NULL,
    block        BIGINT NOT NULL,
    entries      BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, run_key, block)
);

ALTER TABLE contact_name_blocks ALTER COLUMN entries SET STORAGE EXTERNAL;
