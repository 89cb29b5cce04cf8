-- Distributes an installation over the nodes of a Citus cluster (Citus 11 or newer). Run it once, on the coordinator, in the
-- database of the installation, after the program has made its tables there (`crystalqore imports --database URL` does):
--
--     psql -v ON_ERROR_STOP=1 -f citus.sql postgres://USER@COORDINATOR/DATABASE
--
-- It may be run again: what is distributed already stays as it is. Rows that are there are moved to their nodes. Later
-- migrations are ordinary ones, run through the coordinator, which passes them on.

CREATE EXTENSION IF NOT EXISTS citus;

-- The index on contact_texts needs them wherever a shard may lie.
SELECT run_command_on_workers('CREATE EXTENSION IF NOT EXISTS pg_trgm');
SELECT run_command_on_workers('CREATE EXTENSION IF NOT EXISTS btree_gin');

-- Every table by its workspace, all in one group: the rows of a workspace lie on one node, whatever their table. So every
-- statement of the program, which names its workspace, is run by one node, and a transaction needs no second one.
SELECT create_distributed_table('workspaces', 'workspace_id', colocate_with => 'none')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'workspaces'::regclass);

SELECT create_distributed_table('members', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'members'::regclass);

SELECT create_distributed_table('links', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'links'::regclass);

SELECT create_distributed_table('sign_ins', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'sign_ins'::regclass);

SELECT create_distributed_table('sign_in_failures', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'sign_in_failures'::regclass);

SELECT create_distributed_table('devices', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'devices'::regclass);

SELECT create_distributed_table('external_ids', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'external_ids'::regclass);

SELECT create_distributed_table('webhooks', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'webhooks'::regclass);

SELECT create_distributed_table('webhook_deliveries', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'webhook_deliveries'::regclass);

SELECT create_distributed_table('api_tokens', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'api_tokens'::regclass);

SELECT create_distributed_table('request_keys', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'request_keys'::regclass);

SELECT create_distributed_table('second_factors', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'second_factors'::regclass);

SELECT create_distributed_table('recovery_codes', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'recovery_codes'::regclass);

SELECT create_distributed_table('contacts', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contacts'::regclass);

SELECT create_distributed_table('contact_keys', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_keys'::regclass);

SELECT create_distributed_table('contact_key_blocks', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_key_blocks'::regclass);

SELECT create_distributed_table('contact_name_blocks', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_name_blocks'::regclass);

SELECT create_distributed_table('contact_names', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_names'::regclass);

SELECT create_distributed_table('contact_texts', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_texts'::regclass);

SELECT create_distributed_table('trashed_contacts', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'trashed_contacts'::regclass);

SELECT create_distributed_table('imports', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'imports'::regclass);

SELECT create_distributed_table('import_leases', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'import_leases'::regclass);

SELECT create_distributed_table('import_batches', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'import_batches'::regclass);

SELECT create_distributed_table('import_changes', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'import_changes'::regclass);

SELECT create_distributed_table('contact_feed', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_feed'::regclass);

SELECT create_distributed_table('contact_tombstones', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_tombstones'::regclass);

SELECT create_distributed_table('change_days', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'change_days'::regclass);

SELECT create_distributed_table('notifications', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'notifications'::regclass);

SELECT create_distributed_table('mappings', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'mappings'::regclass);

SELECT create_distributed_table('contact_shares', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact_shares'::regclass);

SELECT create_distributed_table('audit_log', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'audit_log'::regclass);

SELECT create_distributed_table('actions', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'actions'::regclass);

SELECT create_distributed_table('action_contacts', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'action_contacts'::regclass);

SELECT create_distributed_table('views', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'views'::regclass);

SELECT create_distributed_table('member_choices', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'member_choices'::regclass);

SELECT create_distributed_table('not_duplicates', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'not_duplicates'::regclass);

SELECT create_distributed_table('custom_fields', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'custom_fields'::regclass);

SELECT create_distributed_table('workspace_settings', 'workspace_id', colocate_with => 'workspaces')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'workspace_settings'::regclass);

-- About the database as a whole, and a few rows at most: on every node.
SELECT create_reference_table('installation')
WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'installation'::regclass);

-- refinery_schema_history, which notes the migrations, stays an ordinary table of the coordinator.
