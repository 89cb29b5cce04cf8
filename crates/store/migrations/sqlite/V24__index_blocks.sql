-- Match keys and names of batches of large imports that are not in contact_keys and contact_names yet: sorted entries in
-- blocks of some KiB. run_key is the number of the batch's run, four letters, and then the text of the first entry, so that
-- every run is written behind the last one, in order. The runs are merged when they become many, and at the end of the import.
INSERT INTO contact_keys (workspace_id, match_key, contact_id)
SELECT workspace_id, substr(run_key, 5), contact_id FROM contact_key_runs WHERE true
ON CONFLICT DO NOTHING;

DROP TABLE contact_key_runs;

CREATE TABLE contact_key_blocks (
    workspace_id INTEGER NOT NULL,
    run_key      TEXT NOT NULL,
    block        INTEGER NOT NULL,
    entries      BLOB NOT NULL,
    PRIMARY KEY (workspace_id, run_key, block)
) STRICT;

CREATE TABLE contact_name_blocks (
    workspace_id INTEGER NOT NULL,
    run_key      TEXT NOT NULL,
    block        INTEGER NOT NULL,
    entries      BLOB NOT NULL,
    PRIMARY KEY (workspace_id, run_key, block)
) STRICT;
