using System.Globalization;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>(g): the disk of PostgreSQL is full for a while; where its log can't grow, PostgreSQL ends and is started again.</summary>
public static class DiskFull
{
    private static readonly TimeSpan FullMax = TimeSpan.FromSeconds(60);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'g', "disk full for the ledger",
        "The disk of PostgreSQL is filled under load until calls are refused, and emptied later; PostgreSQL is started again if it gave up. The recovery is from the room.",
        ActAsync, RecoveryMax: TimeSpan.FromSeconds(15))
    {
        RoundsMin = 2,
        Cluster = new ClusterOptions
        {
            Postgres = new PostgresServerOptions
            {
                DiskMiB = 512,
                Settings = new Dictionary<string, string> { ["min_wal_size"] = "32MB", ["max_wal_size"] = "96MB", ["wal_recycle"] = "off" },
            },
        },
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var (server, processes) = (run.Cluster.Server, run.Cluster.Silos.ToDictionary(silo => silo, silo => silo.Id));
        var (filled, before) = (run.History.Now, run.History.Calls.Count);
        await server.Disk.FillAsync(0, cancellationToken);
        run.WaitsFor("a call to be refused");
        await Poll.UntilAsync(
            async () =>
            {
                // What is freed meanwhile is taken, too.
                await server.Disk.FillAsync(0, cancellationToken);
                return run.History.Calls.Skip(before).Any(IsUnavailable);
            },
            FullMax, () => $"the disk is full, and no call was refused:{Environment.NewLine}{server.LogTail}", cancellationToken);
        var refused = run.History.Now;

        // A table that can't grow is an error; a log that can't is PostgreSQL's end.
        var needsLog = run.Round % 2 == 0;
        var isLogRefused = needsLog && await EndLogAsync(server, cancellationToken);
        await ScenarioRun.WaitAsync(run.Plan.Linger, cancellationToken);
        var ended = !server.IsRunning;
        server.Disk.Empty();
        var room = run.History.Now;
        if (await EndsAsync(server, cancellationToken))
        {
            ended = true;
            await server.StartAsync(cancellationToken);
        }

        var back = run.History.Now;
        await run.RecoverAsync(ended ? back : room, cancellationToken, isExplicit: true);
        var during = run.History.Calls.Skip(before).Where(call => call.Ended <= room).ToArray();
        run.Note("full", string.Create(CultureInfo.InvariantCulture,
            $"for {(room - filled).TotalSeconds:0.0} s, first refusal after {(refused - filled).TotalSeconds:0.0} s: {during.Count(call => call.IsAcknowledged)} acknowledged, {during.Count(IsUnavailable)} times 503, {during.Count(call => call.End == CallEnd.Unanswered)} unanswered; PostgreSQL {(ended ? "ended and was started again" : "went on")}"));
        if (needsLog)
        {
            run.Note("the log's next file", isLogRefused ? "was refused" : "was had");
            if (!isLogRefused && !ended)
                run.Miss("there was room for PostgreSQL's log: neither was it refused a file, nor did it end");
        }

        foreach (var (silo, process) in processes)
        {
            if (!silo.IsRunning || silo.Id != process)
                run.Miss($"{silo.Name} ended while the disk was full:{Environment.NewLine}{silo.Output}");
        }
    }

    private static bool IsUnavailable(Call call) => call.End == CallEnd.Refused && call.Error!.StartsWith("503 ", StringComparison.Ordinal);

    /// <summary>Asks for the next file of the log, for which there is no room, and writes to it.</summary>
    /// <returns>Whether that failed.</returns>
    private static async Task<bool> EndLogAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.ExecuteAsync("postgres", "SELECT pg_switch_wal()", cancellationToken);
            await server.Disk.FillAsync(0, cancellationToken);
            await server.ExecuteAsync("postgres", "SELECT pg_logical_emit_message(true, 'genops', 'full')", cancellationToken);
            return false;
        }
        catch (NpgsqlException)
        {
            return true;
        }
    }

    /// <summary>Whether PostgreSQL gives up, instead of answering.</summary>
    private static async Task<bool> EndsAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        await Poll.UntilAsync(
            async () =>
            {
                if (!server.IsRunning)
                    return true;
                try
                {
                    await using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false;Timeout=2");
                    await connection.OpenAsync(cancellationToken);
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false; // it recovers
                }
            },
            FullMax, () => $"PostgreSQL neither answers nor ends:{Environment.NewLine}{server.LogTail}", cancellationToken);
        return !server.IsRunning;
    }
}
