using System.Globalization;
using GenOps.ControlPlane.Faults;
using Npgsql;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>What has been used up to an instant, or between two.</summary>
/// <param name="Silos">Processor time of all silos.</param>
/// <param name="Server">Processor time of PostgreSQL.</param>
/// <param name="Generator">Processor time of the callers.</param>
/// <param name="Commits">Transactions that the database committed.</param>
/// <param name="Entries">Entries that were put into the ledger.</param>
/// <param name="Flushes">How often PostgreSQL forced its log to the disk.</param>
internal sealed record ClusterUsage(TimeSpan Silos, TimeSpan Server, TimeSpan Generator, long Commits, long Entries, long Flushes)
{
    private const string Sql =
        """
        SELECT d.xact_commit, (SELECT n_tup_ins FROM pg_stat_all_tables WHERE schemaname = 'genops' AND relname = 'ledger_key'), w.wal_sync
        FROM pg_stat_database d, pg_stat_wal w WHERE d.datname = $1
        """;

    /// <summary>All that a cluster and this process have used so far. PostgreSQL's own counts may be a second old.</summary>
    public static async Task<ClusterUsage> SoFarAsync(ClusterOfSilos cluster, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(cluster.Database.Superuser);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = cluster.Database.Name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ClusterUsage(
            cluster.Silos.Aggregate(TimeSpan.Zero, (sum, silo) => sum + ProcessorTime.Of(silo.Id)),
            ProcessorTime.OfFamily(cluster.Server.ProcessId), ProcessorTime.Of(Environment.ProcessId),
            reader.GetInt64(0), reader.GetInt64(1), Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture));
    }

    /// <summary>What was used since <paramref name="before"/>.</summary>
    public ClusterUsage Since(ClusterUsage before) => new(
        Silos - before.Silos, Server - before.Server, Generator - before.Generator, Commits - before.Commits, Entries - before.Entries, Flushes - before.Flushes);
}
