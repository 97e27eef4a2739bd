namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>
/// The stored procedures that one would write: a row for each budget, locked while it is decided on; a row for each
/// reservation, by whose id a repeat finds its answer. Amounts are whole millionths.
/// </summary>
internal static class ProcedureSql
{
    /// <summary>Makes tables, procedures and <c>$1</c> budgets that are never used up.</summary>
    public const string Schema =
        """
        CREATE SCHEMA IF NOT EXISTS alternative;
        CREATE TABLE alternative.budget (
            id       integer PRIMARY KEY,
            most     bigint NOT NULL,
            reserved bigint NOT NULL DEFAULT 0,
            spent    bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 50);
        CREATE TABLE alternative.reservation (
            id         uuid PRIMARY KEY,
            budget     integer NOT NULL,
            amount     bigint NOT NULL,
            actual     bigint,
            is_allowed boolean NOT NULL,
            made_at    timestamptz NOT NULL DEFAULT clock_timestamp()
        );

        CREATE FUNCTION alternative.reserve(request uuid, wanted integer, needed bigint) RETURNS boolean
        LANGUAGE plpgsql AS $$
        DECLARE
            allowed boolean;
        BEGIN
            PERFORM FROM alternative.budget WHERE id = wanted FOR UPDATE;
            SELECT is_allowed INTO allowed FROM alternative.reservation WHERE id = request;
            IF FOUND THEN
                RETURN allowed;
            END IF;

            UPDATE alternative.budget SET reserved = reserved + needed WHERE id = wanted AND spent + reserved + needed <= most;
            allowed := FOUND;
            INSERT INTO alternative.reservation (id, budget, amount, is_allowed) VALUES (request, wanted, needed, allowed);
            RETURN allowed;
        END
        $$;

        CREATE FUNCTION alternative.reconcile(request uuid, cost bigint) RETURNS boolean
        LANGUAGE plpgsql AS $$
        DECLARE
            held alternative.reservation;
        BEGIN
            SELECT * INTO held FROM alternative.reservation WHERE id = request AND is_allowed FOR UPDATE;
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            IF held.actual IS NOT NULL THEN
                RETURN held.actual = cost;
            END IF;

            UPDATE alternative.budget SET reserved = reserved - held.amount, spent = spent + cost WHERE id = held.budget;
            UPDATE alternative.reservation SET actual = cost WHERE id = request;
            RETURN true;
        END
        $$;
        """;

    public const string Budgets = "INSERT INTO alternative.budget (id, most) SELECT number, 1000000000000000 FROM generate_series(0, $1 - 1) AS number";

    /// <summary>Makes one more, of <c>$1</c>; returns its number.</summary>
    public const string Limited = "INSERT INTO alternative.budget (id, most) SELECT max(id) + 1, $1 FROM alternative.budget RETURNING id";

    public const string Reserve = "SELECT alternative.reserve($1, $2, $3)";

    public const string Reconcile = "SELECT alternative.reconcile($1, $2)";
}
