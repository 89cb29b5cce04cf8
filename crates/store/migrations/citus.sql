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
DO $distribute$
DECLARE
    distributed CONSTANT text[] := ARRAY[
        'workspaces',
        'members',
        'contacts',
        'contact_keys',
        'contact_names',
        'contact_texts',
        'trashed_contacts',
        'imports',
        'import_leases',
        'import_batches',
        'import_changes'
    ];
    one text;
BEGIN
    FOREACH one IN ARRAY distributed LOOP
        IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = one::regclass) THEN
            IF one = 'workspaces' THEN
                PERFORM create_distributed_table(one, 'workspace_id', colocate_with => 'none');
            ELSE
                PERFORM create_distributed_table(one, 'workspace_id', colocate_with => 'workspaces');
            END IF;
        END IF;
    END LOOP;
    -- About the database as a whole, and a few rows at most: on every node.
    IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'installation'::regclass) THEN
        PERFORM create_reference_table('installation');
    END IF;
END
$distribute$;

-- refinery_schema_history, which notes the migrations, stays an ordinary table of the coordinator.
