-- One row per grain and state name. Orleans also hands over hashes of the key and of the state name, meant for databases
-- that can't index long text; SQLite can, so that the key itself is unique and two first writers can't make two rows.
CREATE TABLE grain_state
(
    service_id  TEXT    NOT NULL,
    state_name  TEXT    NOT NULL, -- the name given to [PersistentState], not the grain's type
    key_n0      INTEGER NOT NULL, -- 0 for string keys
    key_n1      INTEGER NOT NULL, -- 0 for string keys
    key_text    TEXT    NOT NULL, -- '' where Orleans has NULL: NULLs would be distinct in the unique index
    version     INTEGER NOT NULL, -- what Orleans calls the ETag
    modified_at INTEGER NOT NULL, -- Unix seconds, for people
    payload     BLOB             -- NULL once cleared; last, so that the other columns are read without its overflow pages
) STRICT;

CREATE UNIQUE INDEX grain_state_key ON grain_state (service_id, state_name, key_text, key_n0, key_n1);

-- One statement, so that nothing can come between the check and the change:
--   no version given, no row          inserts version 1
--   no version given, a row exists    changes nothing (somebody else wrote first)
--   the version given is the row's    updates
--   any other version, or no row      changes nothing
-- Orleans sees a conflict when it gets back the version that it gave.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
INSERT INTO grain_state (service_id, state_name, key_n0, key_n1, key_text, version, modified_at, payload)
SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, ifnull(@GrainIdExtensionString, ''''), 1, unixepoch(), @PayloadBinary
WHERE @GrainStateVersion IS NULL OR EXISTS
(
    SELECT 1 FROM grain_state
    WHERE service_id = @ServiceId AND state_name = @GrainTypeString AND key_text = ifnull(@GrainIdExtensionString, '''')
      AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1 AND version = @GrainStateVersion
)
ON CONFLICT (service_id, state_name, key_text, key_n0, key_n1) DO UPDATE
SET version = version + 1, modified_at = excluded.modified_at, payload = excluded.payload
WHERE version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion;

SELECT @GrainStateVersion AS NewGrainStateVersion WHERE changes() = 0;
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
SELECT payload AS PayloadBinary, version AS Version
FROM grain_state
WHERE service_id = @ServiceId AND state_name = @GrainTypeString AND key_text = ifnull(@GrainIdExtensionString, '''')
  AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1;
');

-- The row and its version outlive the state on purpose: were the row deleted, the next first write would be version 1
-- again and a stale holder of an earlier version 1 could overwrite it. So there is no DeleteStorageKey, and Orleans
-- refuses DeleteStateOnClear at start.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
UPDATE grain_state
SET version = version + 1, modified_at = unixepoch(), payload = NULL
WHERE service_id = @ServiceId AND state_name = @GrainTypeString AND key_text = ifnull(@GrainIdExtensionString, '''')
  AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1 AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion;

SELECT @GrainStateVersion AS NewGrainStateVersion WHERE changes() = 0;
');
