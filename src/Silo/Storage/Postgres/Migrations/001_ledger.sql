-- The ledger. Two tables, because a table that is partitioned by time can't have a unique index that leaves time out:
-- ledger_key says what is where, once and for ever; ledger keeps the texts, month by month. One statement writes both.
-- Rows are inserted and never changed: nothing here is updated in normal service, so no open snapshot, however long,
-- leaves dead versions behind that the next commit would have to step over.

-- position: ((position_base + the transaction's id) << 17) + the place within the statement. It grows as commits begin,
-- without a sequence to wait for. A reader that stops below the oldest running transaction misses nothing.
CREATE TABLE ledger_key
(
    seq       bigint           NOT NULL CHECK (seq > 0),
    at        bigint           NOT NULL,                              -- Unix time in microseconds
    position  bigint           NOT NULL,
    slot      bigint,
    workload  uuid,
    authority boolean          NOT NULL,                              -- of the kinds that say who may do what
    stream    text COLLATE "C" NOT NULL,
    tenant    text COLLATE "C" NOT NULL,
    hash      bytea            NOT NULL CHECK (octet_length(hash) = 32), -- SHA-256 of the row's prev and the bytes of its text
    PRIMARY KEY (stream, seq),
    CHECK ((workload IS NULL) = (slot IS NULL))
);

-- Decides once, holds once, and finds everything about a workload.
CREATE UNIQUE INDEX ledger_key_workload ON ledger_key (tenant, workload, slot) WHERE workload IS NOT NULL;

-- Who may do what, without the many refusals between: an agent's own acts in order, and a tenant's in the order of commits.
CREATE INDEX ledger_key_authority_stream ON ledger_key (stream, seq) WHERE authority;
CREATE INDEX ledger_key_authority_tenant ON ledger_key (tenant, position) WHERE authority;

CREATE TABLE ledger
(
    position bigint           NOT NULL,
    at       bigint           NOT NULL,
    seq      bigint           NOT NULL,
    stream   text COLLATE "C" NOT NULL,
    kind     text COLLATE "C" NOT NULL,
    tenant   text COLLATE "C" NOT NULL,
    prev     bytea            NOT NULL CHECK (octet_length(prev) = 32),
    text     text COLLATE "C" NOT NULL                                -- exactly the bytes that were hashed
)
PARTITION BY RANGE (at);

-- All of it page by page, and the text of a key.
CREATE UNIQUE INDEX ledger_position ON ledger (position, at);

-- A tenant's evidence, page by page.
CREATE INDEX ledger_tenant ON ledger (tenant, position);

-- Takes what a clock far off dates into a month that has no partition yet.
CREATE TABLE ledger_default PARTITION OF ledger DEFAULT;

-- One row, the ledger's own: its random id, what is added to transaction ids to get positions, the database that it lives in,
-- and which of that server's histories its last writer saw.
CREATE TABLE ledger_identity
(
    single        boolean NOT NULL PRIMARY KEY CHECK (single),
    incarnation   uuid    NOT NULL,
    position_base bigint  NOT NULL,
    home          text    NOT NULL,
    timeline      text    NOT NULL
);

-- The newest is the cluster's epoch.
CREATE TABLE authority_change
(
    epoch  bigint           NOT NULL PRIMARY KEY CHECK (epoch > 0),
    stream text COLLATE "C" NOT NULL
);

CREATE VIEW ledger_state AS
SELECT incarnation, coalesce((SELECT epoch FROM authority_change ORDER BY epoch DESC LIMIT 1), 0) AS epoch, position_base
FROM ledger_identity
WHERE single;

-- For people.
CREATE VIEW ledger_entry AS
SELECT k.position, to_timestamp(k.at / 1000000.0) AS at, k.tenant, k.stream, k.seq, l.kind, k.workload, k.slot, k.hash, l.prev, l.text
FROM ledger AS l JOIN ledger_key AS k ON k.stream = l.stream AND k.seq = l.seq;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is insert-only: % of %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

-- For each statement, so also for one that finds no row. A partition that is named itself needs its own.
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_key EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_default EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON authority_change EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON ledger_identity EXECUTE FUNCTION refuse_change();

-- Which database this is. Another one, in which a dump was restored say, gives another answer.
CREATE FUNCTION ledger_home() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    server text := '';
BEGIN
    BEGIN
        SELECT system_identifier::text INTO server FROM pg_control_system();
    EXCEPTION WHEN insufficient_privilege THEN
        server := 'unknown'; -- some hosted servers keep it to themselves
    END;
    RETURN server || '/' || (SELECT oid::text FROM pg_database WHERE datname = current_database());
END
$$;

-- Which of its histories the server is in. Each promotion of a standby, and each recovery to a point in time, begins a new
-- one, which may lack what was acknowledged at the end of the one before. So does a snapshot of its disk put back in place,
-- which the server itself can't tell from its own files: so each of its starts counts as a history, too.
CREATE FUNCTION ledger_timeline() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    timeline text := 'unknown'; -- some hosted servers have no such timelines, or don't tell
    started  text := 'unknown';
BEGIN
    BEGIN
        timeline := left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function THEN
        NULL;
    END;
    BEGIN
        started := extract(epoch FROM pg_postmaster_start_time())::text;
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function THEN
        NULL;
    END;
    RETURN timeline || '/' || started;
END
$$;

INSERT INTO ledger_identity (single, incarnation, position_base, home, timeline)
VALUES (true, gen_random_uuid(), 0, ledger_home(), ledger_timeline());

-- Why this ledger may not be written before adopt_restored_ledger() was called; null if it may.
CREATE FUNCTION ledger_is_restored() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN home <> genops.ledger_home()
            THEN 'it was copied here from another database'
        WHEN (SELECT position >> 17 FROM genops.ledger ORDER BY position DESC LIMIT 1)
             >= position_base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            THEN 'its newest entries lie above the places that this server gives to new ones'
    END
    FROM genops.ledger_identity
    WHERE single
$$;

-- The ledger begins anew where it is. A new incarnation tells every reader that what it remembers may not be here, and new
-- entries get places above all old ones and above those of the future that was lost, although this server counts its
-- transactions from elsewhere. The epoch leaps over every number that the lost future may have used, and to another one
-- each time (microseconds of the clock): the very first commit of a silo that lived in it brings a newer epoch, and the
-- silo catches up, and finds the new incarnation, before it allows anything.
CREATE FUNCTION begin_incarnation() RETURNS uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    top   bigint;
    begun uuid;
BEGIN
    SELECT position >> 17 INTO top FROM genops.ledger ORDER BY position DESC LIMIT 1;
    UPDATE genops.ledger_identity
    SET incarnation = gen_random_uuid(),
        home = genops.ledger_home(),
        timeline = genops.ledger_timeline(),
        position_base = greatest(position_base, coalesce(top, 0) + (1::bigint << 28) - pg_current_xact_id()::text::bigint)
    RETURNING incarnation INTO begun;
    INSERT INTO genops.authority_change (epoch, stream)
    SELECT greatest(epoch + 1000000000, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint), 't/*' FROM genops.ledger_state;
    RETURN begun;
END
$$;

-- Makes a restored ledger this database's own.
CREATE FUNCTION adopt_restored_ledger() RETURNS uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE genops.ledger_identity, genops.ledger_key, genops.ledger IN ACCESS EXCLUSIVE MODE;
    RETURN genops.begin_incarnation();
END
$$;

-- Called by every connection before its first commit. After a failover, or a start of the server, the first one finds
-- another history, and the acknowledged end of the one before may be lost: epochs, positions and places in streams would be given a second time,
-- and whoever knows the first ones would not look. The others wait for it here.
-- Answers the incarnation that began, also to those who waited for another to begin it; null if the history goes on, and
-- for a ledger that must be adopted first.
CREATE FUNCTION follow_timeline() RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    begun uuid;
BEGIN
    IF (SELECT timeline = genops.ledger_timeline() FROM genops.ledger_identity WHERE single) THEN
        RETURN NULL;
    END IF;
    IF genops.ledger_is_restored() IS NOT NULL THEN
        RETURN NULL;
    END IF;

    PERFORM pg_advisory_xact_lock(7381222183794573314); -- the lock of changes of authority
    PERFORM FROM genops.ledger_identity WHERE single AND timeline <> genops.ledger_timeline() FOR UPDATE;
    IF FOUND THEN
        begun := genops.begin_incarnation();
    ELSE
        SELECT incarnation INTO begun FROM genops.ledger_identity WHERE single;
    END IF;
    RETURN begun;
END
$$;

-- Makes the partitions of last month, this one and months_ahead more. It never makes a commit wait: it creates a table
-- beside the ledger and attaches it, which needs a lock on the default partition alone, and gives that up after a second;
-- the next call tries again. Rows of the month that the default partition holds move along if they are few; a month of which it holds
-- many stays there, where everything finds it all the same.
CREATE FUNCTION make_partitions(months_ahead integer)
RETURNS TABLE (partitions_made integer, months_left_out integer, default_in_use boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
AS $$
DECLARE
    moved_max CONSTANT bigint := 10000;
    this_month CONSTANT timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
    month     timestamp;
    low       bigint;
    high      bigint;
    name      text;
    strays    bigint;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead is %. Give a number from 0 to 120.', months_ahead USING ERRCODE = 'invalid_parameter_value';
    END IF;

    partitions_made := 0;
    months_left_out := 0;
    PERFORM pg_advisory_xact_lock(7381222183794573313); -- several nodes at once
    FOR offset_months IN -1 .. months_ahead LOOP
        month := this_month + make_interval(months => offset_months);
        name := 'ledger_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('genops.' || name) IS NOT NULL;

        low := extract(epoch FROM month)::bigint * 1000000;
        high := extract(epoch FROM month + interval '1 month')::bigint * 1000000;
        SELECT count(*) INTO strays FROM (SELECT FROM genops.ledger_default WHERE at >= low AND at < high LIMIT moved_max + 1) AS rows_of_month;
        IF strays > moved_max THEN
            months_left_out := months_left_out + 1;
            CONTINUE;
        END IF;

        EXECUTE format('CREATE TABLE genops.%I (LIKE genops.ledger INCLUDING CONSTRAINTS INCLUDING STORAGE)', name);
        EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON genops.%I EXECUTE FUNCTION genops.refuse_change()', name);
        LOCK TABLE genops.ledger_default IN ACCESS EXCLUSIVE MODE; -- from here on no row can join them
        IF EXISTS (SELECT FROM genops.ledger_default WHERE at >= low AND at < high) THEN
            EXECUTE format('INSERT INTO genops.%I (position, at, seq, stream, kind, tenant, prev, text) SELECT position, at, seq, stream, kind, tenant, prev, text FROM genops.ledger_default WHERE at >= $1 AND at < $2', name) USING low, high;
            ALTER TABLE genops.ledger_default DISABLE TRIGGER insert_only;
            DELETE FROM genops.ledger_default WHERE at >= low AND at < high;
            ALTER TABLE genops.ledger_default ENABLE TRIGGER insert_only;
        END IF;
        EXECUTE format('ALTER TABLE genops.ledger ATTACH PARTITION genops.%I FOR VALUES FROM (%s) TO (%s)', name, low, high);
        partitions_made := partitions_made + 1;
    END LOOP;

    default_in_use := EXISTS (SELECT FROM genops.ledger_default);
    RETURN NEXT;
END
$$;

SELECT make_partitions(3);

REVOKE ALL ON FUNCTION refuse_change(), ledger_home(), ledger_timeline(), ledger_is_restored(), begin_incarnation(),
    adopt_restored_ledger(), follow_timeline(), make_partitions(integer) FROM PUBLIC;

-- What a node may do: read, and add. The role may have been made by the operator; who may not make roles works with its own.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'genops_runtime') THEN
        BEGIN
            CREATE ROLE genops_runtime NOLOGIN;
        EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
            NULL; -- no right to make one, or another database's ledger has just made it
        END;
    END IF;

    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'genops_runtime') THEN
        GRANT USAGE ON SCHEMA genops TO genops_runtime;
        GRANT SELECT ON schema_version, ledger_identity, ledger_state, ledger_entry TO genops_runtime;
        GRANT SELECT, INSERT ON ledger_key, ledger, authority_change TO genops_runtime;
        GRANT EXECUTE ON FUNCTION ledger_home(), ledger_is_restored(), follow_timeline(), make_partitions(integer) TO genops_runtime;
    END IF;
END
$$;
