-- The custom fields of a workspace, in the order of their positions. The name is that of the values in contacts' bodies.
-- choices is JSON text; archived_at is NULL while the field is offered.
CREATE TABLE custom_fields (
    workspace_id BIGINT NOT NULL,
    field_id     BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    position     BIGINT NOT NULL,
    archived_at  BIGINT,
    created_at   BIGINT NOT NULL,
    choices      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, field_id)
);

-- What is set for a workspace as a whole, as JSON text.
CREATE TABLE workspace_settings (
    workspace_id BIGINT NOT NULL,
    settings     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- When the change log of an import was let go of, so that it cannot be undone any more.
ALTER TABLE imports ADD COLUMN forgotten_at BIGINT;

-- The names that values have already. No text of ours has the character that JSON writes as u0000, which texts here cannot
-- hold.
INSERT INTO custom_fields (workspace_id, field_id, name, kind, position, archived_at, created_at, choices)
SELECT w.workspace_id,
       row_number() OVER (PARTITION BY w.workspace_id ORDER BY f.name COLLATE "C"),
       f.name,
       'text',
       row_number() OVER (PARTITION BY w.workspace_id ORDER BY f.name COLLATE "C"),
       NULL,
       w.created_at,
       '{}'
FROM workspaces w
JOIN (
    SELECT c.workspace_id, v.name
    FROM contacts c, json_object_keys(c.body::json -> 'custom') AS v(name)
    WHERE c.body LIKE '%"custom":{%' AND strpos(c.body, '\u0000') = 0
    UNION
    SELECT c.workspace_id, v.name
    FROM trashed_contacts c, json_object_keys(c.body::json -> 'custom') AS v(name)
    WHERE c.body LIKE '%"custom":{%' AND strpos(c.body, '\u0000') = 0
) f ON f.workspace_id = w.workspace_id;
