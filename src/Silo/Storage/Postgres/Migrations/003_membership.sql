-- Who is in the cluster, kept by Orleans' ADO.NET clustering through the statements below. The version's row orders
-- everything: whoever changes a member advances it from the version that he read, or changes nothing.
CREATE TABLE genops.membership_version
(
    cluster_id text COLLATE "C" NOT NULL PRIMARY KEY,
    version    integer     NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- One row per start of a silo: a silo that starts again on the same port has another generation.
CREATE TABLE genops.membership
(
    cluster_id    text COLLATE "C" NOT NULL REFERENCES genops.membership_version,
    address       inet        NOT NULL,
    port          integer     NOT NULL CHECK (port BETWEEN 1 AND 65535),
    generation    integer     NOT NULL,
    silo_name     text        NOT NULL,
    host_name     text        NOT NULL,
    status        integer     NOT NULL CHECK (status BETWEEN 0 AND 6), -- 3 is active, 6 is dead
    gateway_port  integer     NOT NULL CHECK (gateway_port BETWEEN 0 AND 65535),
    suspect_times text,                                                -- votes for its death, in Orleans' notation
    started_at    timestamptz NOT NULL,
    alive_at      timestamptz NOT NULL,
    PRIMARY KEY (cluster_id, address, port, generation)
);

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('InsertMembershipVersionKey', '
WITH made AS (INSERT INTO genops.membership_version (cluster_id) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
SELECT EXISTS (SELECT 1 FROM made)
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('InsertMembershipKey', '
WITH advanced AS
(
    UPDATE genops.membership_version AS v
    SET version = v.version + 1, changed_at = now()
    WHERE v.cluster_id = @DeploymentId AND v.version = @Version AND NOT EXISTS
    (
        SELECT 1 FROM genops.membership AS m
        WHERE m.cluster_id = @DeploymentId AND m.address = @Address::inet AND m.port = @Port AND m.generation = @Generation
    )
    RETURNING v.cluster_id
),
joined AS
(
    INSERT INTO genops.membership (cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, started_at, alive_at)
    SELECT cluster_id, @Address::inet, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM advanced
    RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM joined)
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('UpdateMembershipKey', '
WITH advanced AS
(
    UPDATE genops.membership_version AS v
    SET version = v.version + 1, changed_at = now()
    WHERE v.cluster_id = @DeploymentId AND v.version = @Version AND EXISTS
    (
        SELECT 1 FROM genops.membership AS m
        WHERE m.cluster_id = @DeploymentId AND m.address = @Address::inet AND m.port = @Port AND m.generation = @Generation
    )
    RETURNING v.cluster_id
),
changed AS
(
    UPDATE genops.membership AS m
    SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime
    FROM advanced
    WHERE m.cluster_id = advanced.cluster_id AND m.address = @Address::inet AND m.port = @Port AND m.generation = @Generation
    RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM changed)
');

-- Not a change of membership, so it leaves the version alone.
INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('UpdateIAmAlivetimeKey', '
UPDATE genops.membership
SET alive_at = @IAmAliveTime
WHERE cluster_id = @DeploymentId AND address = @Address::inet AND port = @Port AND generation = @Generation
');

-- The outer joins return the version also where there is no member.
INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('MembershipReadRowKey', '
SELECT v.cluster_id AS DeploymentId, host(m.address) AS Address, m.port AS Port, m.generation AS Generation,
       m.silo_name AS SiloName, m.host_name AS HostName, m.status AS Status, m.gateway_port AS ProxyPort,
       m.suspect_times AS SuspectTimes, m.started_at AS StartTime, m.alive_at AS IAmAliveTime, v.version AS Version
FROM genops.membership_version AS v
LEFT JOIN genops.membership AS m
       ON m.cluster_id = v.cluster_id AND m.address = @Address::inet AND m.port = @Port AND m.generation = @Generation
WHERE v.cluster_id = @DeploymentId
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('MembershipReadAllKey', '
SELECT v.cluster_id AS DeploymentId, host(m.address) AS Address, m.port AS Port, m.generation AS Generation,
       m.silo_name AS SiloName, m.host_name AS HostName, m.status AS Status, m.gateway_port AS ProxyPort,
       m.suspect_times AS SuspectTimes, m.started_at AS StartTime, m.alive_at AS IAmAliveTime, v.version AS Version
FROM genops.membership_version AS v
LEFT JOIN genops.membership AS m ON m.cluster_id = v.cluster_id
WHERE v.cluster_id = @DeploymentId
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('GatewaysQueryKey', '
SELECT host(address) AS Address, gateway_port AS ProxyPort, generation AS Generation
FROM genops.membership
WHERE cluster_id = @DeploymentId AND status = @Status AND gateway_port > 0
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('DeleteMembershipTableEntriesKey', '
WITH members AS (DELETE FROM genops.membership WHERE cluster_id = @DeploymentId)
UPDATE genops.membership_version SET version = version + 1, changed_at = now() WHERE cluster_id = @DeploymentId
');

-- Orleans prefers the second of these two, which deletes the one row that it looked at, unchanged; it asks for the first
-- all the same. A row goes only if it is dead.
INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('CleanupDefunctSiloEntriesKey', '
DELETE FROM genops.membership
WHERE cluster_id = @DeploymentId AND status = 6 AND alive_at < @IAmAliveTime AND started_at < @IAmAliveTime
');

INSERT INTO genops.orleansquery (querykey, querytext) VALUES ('CleanupDefunctSiloEntryKey', '
DELETE FROM genops.membership
WHERE cluster_id = @DeploymentId AND address = @Address::inet AND port = @Port AND generation = @Generation
  AND status = 6 AND started_at = @StartTime AND alive_at = @IAmAliveTime AND suspect_times IS NOT DISTINCT FROM @SuspectTimes
');

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'genops_runtime') THEN
        GRANT SELECT, INSERT, UPDATE ON genops.membership_version TO genops_runtime;
        GRANT SELECT, INSERT, UPDATE, DELETE ON genops.membership TO genops_runtime;
    END IF;
END
$$;
