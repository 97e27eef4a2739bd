using System.Globalization;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// (h): one silo's clock jumps an hour ahead, every second time an hour back. It has to say that it is not ready, and to
/// date and end nothing by the wrong clock. PostgreSQL's own time of each commit is the judge.
/// </summary>
public static class ClockMoved
{
    // How long an entry may wait for its commit, and how far two good clocks may differ.
    private const double DatedOffMax = 5;

    private const string DatedOff =
        """
        SELECT count(*) FILTER (WHERE off > $1), coalesce(max(off), 0), count(*)
        FROM (SELECT abs(extract(epoch FROM pg_xact_commit_timestamp(xmin)) - at / 1000000.0)::float8 AS off FROM genops.ledger_key) AS dated
        """;

    private const string EndedEarly =
        """
        SELECT count(*) FROM genops.ledger AS ended JOIN genops.ledger AS begun ON begun.stream = ended.stream AND begun.kind IN ('workload.reserved', 'workload.held')
            AND begun.text::json ->> 'workload' = ended.text::json ->> 'workload'
        WHERE ended.kind = 'workload.unresolved' AND ended.at - begun.at < $1 * 1000000
        """;

    private static readonly TimeSpan NoticedMax = TimeSpan.FromSeconds(10);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'h', "a clock an hour ahead, an hour behind",
        "One silo's clock jumps an hour while it decides. It must not be ready until the clock is right again, and nothing may be dated or expire by it.",
        ActAsync)
    {
        Cluster = new ClusterOptions
        {
            HasFakeClocks = true,
            Postgres = new PostgresServerOptions { Settings = new Dictionary<string, string> { ["track_commit_timestamp"] = "on" } },
        },
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        foreach (var ahead in (TimeSpan[])[TimeSpan.FromHours(1), TimeSpan.FromHours(-1)])
        {
            var silo = run.AnySilo();
            var moved = run.History.Now;
            silo.Clock!.Move(ahead);
            await Poll.UntilAsync(async () => !await silo.IsReadyAsync(cancellationToken), NoticedMax, () => $"{silo.Name}'s clock is wrong and it is ready", cancellationToken);
            var noticed = run.History.Now;
            var (_, why) = await ClusterOfSilos.SendAsync(silo, HttpMethod.Get, "/health/ready", null, run.Cluster.AdminKey, NoticedMax, cancellationToken);
            if (!why.Contains("the clock is", StringComparison.Ordinal))
                run.Miss($"{silo.Name} does not say that its clock is wrong: {why}");

            // By the wrong clock, every hold would end now, or none for an hour.
            await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);
            await ScenarioRun.WaitAsync(run.Plan.Linger, cancellationToken);
            silo.Clock.Move(TimeSpan.Zero);
            await silo.WaitReadyAsync(cancellationToken);
            run.Note(ahead > TimeSpan.Zero ? "ahead" : "behind", string.Create(CultureInfo.InvariantCulture, $"not ready after {(noticed - moved).TotalSeconds:0.0} s"));
        }

        await JudgeAsync(run, cancellationToken);
    }

    private static async Task JudgeAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(run.Cluster.Database.Superuser);
        await connection.OpenAsync(cancellationToken);
        await using (var dated = new NpgsqlCommand(DatedOff, connection) { Parameters = { new() { Value = DatedOffMax } } })
        await using (var reader = await dated.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            run.Note("dated", string.Create(CultureInfo.InvariantCulture, $"{reader.GetInt64(2)} entries, at most {reader.GetDouble(1):0.0} s off the commit"));
            if (reader.GetInt64(0) > 0)
                run.Miss($"{reader.GetInt64(0)} entries are dated more than {DatedOffMax} s off their commit, {reader.GetDouble(1):0} s at most");
        }

        // A life in whole seconds; the two clocks of two silos may differ by what is corrected.
        await using var early = new NpgsqlCommand(EndedEarly, connection) { Parameters = { new() { Value = run.Plan.Load.TtlSeconds - 1.0 } } };
        if (await early.ExecuteScalarAsync(cancellationToken) is long count and > 0)
            run.Miss($"{count} holds expired before their time");
    }
}
