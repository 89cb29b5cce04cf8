-- The custom fields of a workspace, in the order of their positions. The name is that of the values in contacts' bodies.
-- choices is JSON text; archived_at is NULL while the field is offered.
CREATE TABLE custom_fields (
    workspace_id INTEGER NOT NULL,
    field_id     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    archived_at  INTEGER,
    created_at   INTEGER NOT NULL,
    choices      TEXT NOT NULL,
    PRIMARY KEY (workspace_id, field_id)
) STRICT, WITHOUT ROWID;

-- What is set for a workspace as a whole, as JSON text.
CREATE TABLE workspace_settings (
    workspace_id INTEGER NOT NULL,
    settings     TEXT NOT NULL,
    PRIMARY KEY (workspace_id)
) STRICT, WITHOUT ROWID;

-- When the change log of an import was let go of, so that it cannot be undone any more.
ALTER TABLE imports ADD COLUMN forgotten_at INTEGER;

-- The names that values have already.
INSERT INTO custom_fields (workspace_id, field_id, name, kind, position, archived_at, created_at, choices)
SELECT w.workspace_id,
       row_number() OVER (PARTITION BY w.workspace_id ORDER BY f.name),
       f.name,
       'text',
       row_number() OVER (PARTITION BY w.workspace_id ORDER BY f.name),
       NULL,
       w.created_at,
       '{}'
FROM workspaces w
JOIN (
    SELECT c.workspace_id, v.key AS name
    FROM contacts c, json_each(CASE WHEN json_valid(c.body) THEN c.body ELSE '{}' END, '$.custom') v
    WHERE c.body LIKE '%"custom":{%'
    UNION
    SELECT c.workspace_id, v.key
    FROM trashed_contacts c, json_each(CASE WHEN json_valid(c.body) THEN c.body ELSE '{}' END, '$.custom') v
    WHERE c.body LIKE '%"custom":{%'
) f ON f.workspace_id = w.workspace_id;
