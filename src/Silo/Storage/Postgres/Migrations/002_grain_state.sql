-- Snapshots of actors: a cache that can be rebuilt from the ledger, kept by Orleans' ADO.NET grain storage. It reads its
-- statements from this table once, when a silo starts. The table's name and its two columns are fixed by Orleans;
-- everything that the statements touch is ours. Membership has its statements here, too.
CREATE TABLE genops.orleansquery
(
    querykey  text NOT NULL PRIMARY KEY,
    querytext text NOT NULL
);

-- One row per grain and state name. Orleans also hands over hashes of the key and of the state name, meant for databases
-- that can't index long text; here the key itself is unique, so that two first writers can't make two rows.
CREATE TABLE genops.grain_state
(
    service_id  text COLLATE "C" NOT NULL,
    state_name  text COLLATE "C" NOT NULL, -- the name given to the state, not the grain's type
    key_text    text COLLATE "C" NOT NULL, -- '' where Orleans has NULL: NULLs would be distinct in the unique index
    key_n0      bigint      NOT NULL,      -- 0 for string keys
    key_n1      bigint      NOT NULL,      -- 0 for string keys
    version     integer     NOT NULL,      -- what Orleans calls the ETag
    modified_at timestamptz NOT NULL,
    payload     bytea,                     -- NULL once cleared
    PRIMARY KEY (service_id, state_name, key_text, key_n0, key_n1)
);

-- A row is replaced as a whole and often: room on its page keeps the index out of it.
ALTER TABLE genops.grain_state SET (fillfactor = 70);

-- One statement, so that nothing can come between the check and the change:
--   no version given, no row          inserts version 1
--   no version given, a row exists    changes nothing (somebody else wrote first)
--   the version given is the row's    updates
--   any other version, or no row      changes nothing
-- Orleans sees a conflict when it gets back the version that it gave.
INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('WriteToStorageKey', '
WITH written AS
(
    INSERT INTO genops.grain_state AS stored (service_id, state_name, key_text, key_n0, key_n1, version, modified_at, payload)
    SELECT @ServiceId, @GrainTypeString, coalesce(@GrainIdExtensionString, ''''), @GrainIdN0, @GrainIdN1, 1, now(), @PayloadBinary
    WHERE @GrainStateVersion::integer IS NULL OR EXISTS
    (
        SELECT 1 FROM genops.grain_state AS old
        WHERE old.service_id = @ServiceId AND old.state_name = @GrainTypeString
          AND old.key_text = coalesce(@GrainIdExtensionString, '''') AND old.key_n0 = @GrainIdN0 AND old.key_n1 = @GrainIdN1
          AND old.version = @GrainStateVersion
    )
    ON CONFLICT (service_id, state_name, key_text, key_n0, key_n1) DO UPDATE
    SET version = stored.version + 1, modified_at = excluded.modified_at, payload = excluded.payload
    WHERE stored.version = @GrainStateVersion
    RETURNING stored.version
)
SELECT version AS NewGrainStateVersion FROM written
UNION ALL
SELECT @GrainStateVersion::integer WHERE NOT EXISTS (SELECT 1 FROM written)
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('ReadFromStorageKey', '
SELECT payload AS PayloadBinary, version AS Version
FROM genops.grain_state
WHERE service_id = @ServiceId AND state_name = @GrainTypeString
  AND key_text = coalesce(@GrainIdExtensionString, '''') AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1
');

-- The row and its version outlive the state on purpose: were the row deleted, the next first write would be version 1
-- again and a stale holder of an earlier version 1 could overwrite it. So there is no DeleteStorageKey, and Orleans
-- refuses DeleteStateOnClear at start.
INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('ClearStorageKey', '
WITH cleared AS
(
    UPDATE genops.grain_state
    SET version = version + 1, modified_at = now(), payload = NULL
    WHERE service_id = @ServiceId AND state_name = @GrainTypeString
      AND key_text = coalesce(@GrainIdExtensionString, '''') AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1
      AND version = @GrainStateVersion
    RETURNING version
)
SELECT version AS NewGrainStateVersion FROM cleared
UNION ALL
SELECT @GrainStateVersion::integer WHERE NOT EXISTS (SELECT 1 FROM cleared)
');

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'genops_runtime') THEN
        GRANT SELECT ON genops.orleansquery TO genops_runtime;
        GRANT SELECT, INSERT, UPDATE ON genops.grain_state TO genops_runtime;
    END IF;
END
$$;
