namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// The statements of a commit. Each is one statement, and so one transaction and one round trip. What is looked up in the
/// ledger is a scalar subquery on purpose: the planner doesn't know how few streams a batch has, and turns a join, EXISTS
/// or NOT IN into a scan of the whole ledger.
/// </summary>
internal static class PostgresCommitSql
{
    /// <summary>The lock that puts changes of authority in a row, so that epochs are acknowledged in their order.</summary>
    private const long AuthorityLock = 7_381_222_183_794_573_314;

    // What an empty stream's head is.
    private const string NoHash = @"'\x0000000000000000000000000000000000000000000000000000000000000000'::bytea";

    private const string Place = "SELECT (position_base + pg_current_xact_id()::text::bigint) << 17 AS base FROM genops.ledger_identity WHERE single";

    private const string KeyColumns = "stream, seq, hash, tenant, workload, slot, at, position, authority";

    private const string TextColumns = "position, at, stream, seq, prev, kind, tenant, text";

    // One lookup answers both "is its base there" and "is its place free": the stream's last entry must be the base.
    private static readonly string Head =
        $"coalesce((SELECT k.hash FROM genops.ledger_key AS k WHERE k.stream = {{0}} AND k.seq >= {{1}} ORDER BY k.seq DESC LIMIT 1), {NoHash})";

    private const string SlotTaken =
        "(SELECT true FROM genops.ledger_key AS k WHERE k.tenant = {0} AND k.workload = {1} AND k.slot = {2})";

    /// <summary>Waits for the changes of authority that are under way.</summary>
    public static string LockAuthority { get; } = $"SELECT pg_advisory_xact_lock({AuthorityLock})";

    /// <summary>
    /// A lone entry: $1 stream, $2 number of its base, $3 hash of that, $4 hash, $5 tenant, $6 workload, $7 slot, $8 instant,
    /// $9 of authority, $10 kind, $11 text, $12 whether its slot may be another entry's.
    /// Answers incarnation, epoch and whether it was accepted.
    /// </summary>
    public static string CommitOne { get; } =
        $"""
         WITH place AS MATERIALIZED
         (
             {Place}
             AND {string.Format(null, Head, "$1", "$2")} = $3 AND ($12 AND {string.Format(null, SlotTaken, "$5", "$6", "$7")}) IS NOT TRUE
         ),
         keys AS
         (
             INSERT INTO genops.ledger_key ({KeyColumns})
             SELECT $1, $2 + 1, $4, $5, $6, $7, $8, place.base, $9 FROM place
         ),
         texts AS
         (
             INSERT INTO genops.ledger ({TextColumns})
             SELECT place.base, $8, $1, $2 + 1, $3, $10, $5, $11 FROM place
         )
         SELECT incarnation, epoch, EXISTS (SELECT FROM place) FROM genops.ledger_state
         """;

    /// <summary>
    /// A batch of units, each accepted whole or not at all. Streams: $1 unit, $2 stream, $3 number of its base, $4 hash of
    /// that. Slots that may be another entry's: $5 unit, $6 tenant, $7 workload, $8 slot. Entries: $9 unit, $10 ordinal,
    /// $11 stream, $12 number, $13 hash, $14 tenant, $15 workload, $16 slot, $17 instant, $18 of authority, $19 hash of the
    /// one before, $20 kind, $21 text. Answers incarnation, epoch and the units that were not accepted.
    /// </summary>
    public static string CommitMany { get; } = Many("", "SELECT incarnation, epoch, ARRAY(SELECT unit FROM rejected) FROM genops.ledger_state");

    /// <summary>The same with changes of authority, in order: $22 unit, $23 stream. Sent behind <see cref="LockAuthority"/>.</summary>
    public static string CommitAuthority { get; } = Many(
        """
        ,
        changes AS
        (
            INSERT INTO genops.authority_change (epoch, stream)
            SELECT (SELECT epoch FROM genops.ledger_state) + row_number() OVER (ORDER BY c.ordinal), c.stream
            FROM unnest($22, $23) WITH ORDINALITY AS c (unit, stream, ordinal)
            WHERE c.unit <> ALL (ARRAY(SELECT unit FROM rejected))
            RETURNING epoch
        )
        """,
        "SELECT incarnation, greatest(epoch, (SELECT max(epoch) FROM changes)), ARRAY(SELECT unit FROM rejected) FROM genops.ledger_state");

    /// <summary>
    /// What stands where an append should: $1 streams, $2 numbers; $3 tenants, $4 workloads, $5 slots. Answers incarnation,
    /// epoch, the hash in each place and whether each slot is taken.
    /// </summary>
    public static string Explain { get; } =
        $"""
         SELECT incarnation, epoch,
             ARRAY(
                 SELECT (SELECT k.hash FROM genops.ledger_key AS k WHERE k.stream = p.stream AND k.seq = p.seq)
                 FROM unnest($1, $2) WITH ORDINALITY AS p (stream, seq, ordinal) ORDER BY p.ordinal),
             ARRAY(
                 SELECT {string.Format(null, SlotTaken, "w.tenant", "w.workload", "w.slot")} IS TRUE
                 FROM unnest($3, $4, $5) WITH ORDINALITY AS w (tenant, workload, slot, ordinal) ORDER BY w.ordinal)
         FROM genops.ledger_state
         """;

    private static string Many(string changes, string answer) =>
        $"""
         WITH rejected AS MATERIALIZED
         (
             SELECT s.unit FROM unnest($1, $2, $3, $4) AS s (unit, stream, base, hash)
             WHERE {string.Format(null, Head, "s.stream", "s.base")} <> s.hash
             UNION
             SELECT w.unit FROM unnest($5, $6, $7, $8) AS w (unit, tenant, workload, slot)
             WHERE {string.Format(null, SlotTaken, "w.tenant", "w.workload", "w.slot")}
         ),
         place AS MATERIALIZED
         (
             {Place}
         ),
         keys AS
         (
             INSERT INTO genops.ledger_key ({KeyColumns})
             SELECT e.stream, e.seq, e.hash, e.tenant, e.workload, e.slot, e.at, (SELECT base FROM place) + e.ordinal, e.authority
             FROM unnest($9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
                 AS e (unit, ordinal, stream, seq, hash, tenant, workload, slot, at, authority)
             WHERE e.unit <> ALL (ARRAY(SELECT unit FROM rejected))
             ORDER BY e.stream, e.seq -- so that two writers of the same streams wait in line and not for each other
         ),
         texts AS
         (
             INSERT INTO genops.ledger ({TextColumns})
             SELECT (SELECT base FROM place) + e.ordinal, e.at, e.stream, e.seq, e.prev, e.kind, e.tenant, e.text
             FROM unnest($9, $10, $17, $11, $12, $19, $20, $14, $21)
                 AS e (unit, ordinal, at, stream, seq, prev, kind, tenant, text)
             WHERE e.unit <> ALL (ARRAY(SELECT unit FROM rejected))
         ){changes}
         {answer}
         """;
}
