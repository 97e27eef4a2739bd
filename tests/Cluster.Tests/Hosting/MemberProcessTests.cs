using System.Diagnostics;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Hosting;

/// <summary>Members as processes: how they leave, on their own and otherwise.</summary>
public sealed class MemberProcessTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thaw_AfterItsEviction_EndsTheProcessAtOnce()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(cancellationToken: Cancellation);
        var frozen = cluster.Silos[1];

        frozen.Freeze();
        await WaitDeadAsync(cluster, frozen);
        var started = Stopwatch.GetTimestamp();
        frozen.Continue();
        var code = await frozen.WaitEndAsync();

        output.WriteLine($"ended {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s after it went on");
        Assert.Equal(3, code);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Assert.Contains("the cluster has declared this silo dead", frozen.Output, StringComparison.Ordinal);
        await frozen.StartReadyAsync(Cancellation);
    }

    [Fact]
    public async Task CutOff_FromPostgresAlone_EndsItselfAndTheOthersStay()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(
            new ClusterOptions { HasProxies = true, Environment = new Dictionary<string, string> { ["GenOps__Cluster__IsolationTimeout"] = "00:00:04" } }, Cancellation);
        var alone = cluster.Silos[2];

        cluster.ProxyOf(alone).Freeze();
        var started = Stopwatch.GetTimestamp();
        var code = await alone.WaitEndAsync();

        output.WriteLine($"ended {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s after it was cut off");
        Assert.Equal(4, code);
        await WaitDeadAsync(cluster, alone);
        Assert.All(cluster.Silos.Except([alone]), silo => Assert.True(silo.IsRunning));
    }

    [Fact]
    public async Task CutOff_AllOfThem_NobodyEnds()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(
            new ClusterOptions { Environment = new Dictionary<string, string> { ["GenOps__Cluster__IsolationTimeout"] = "00:00:02" } }, Cancellation);

        await cluster.Server.StopAsync(StopMode.Immediate, Cancellation);
        await Poll.UntilAsync(
            () => cluster.Silos.All(silo => silo.Output.Contains("does not answer this node's watch", StringComparison.Ordinal)), Moment, () => cluster.Output, Cancellation);
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(6)))
            await timer.WaitForNextTickAsync(Cancellation);
        await cluster.Server.StartAsync(Cancellation);

        await Task.WhenAll(cluster.Silos.Select(silo => silo.WaitReadyAsync(Cancellation)));
        Assert.All(cluster.Silos, silo => Assert.True(silo.IsRunning));
    }

    [Fact]
    public async Task Clock_AnHourAhead_IsNotReadyAndSaysBy()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(new ClusterOptions { HasFakeClocks = true, Silos = 2 }, Cancellation);
        var wrong = cluster.Silos[0];

        wrong.Clock!.Move(TimeSpan.FromHours(1));

        var answer = "";
        await Poll.UntilAsync(
            async () =>
            {
                answer = await wrong.Http.GetStringOrProblemAsync("/health/ready", Cancellation);
                return answer.Contains("ahead of PostgreSQL's", StringComparison.Ordinal);
            },
            Moment, () => answer + cluster.Output, Cancellation);
        Assert.Matches("the clock is (3599|3600).[0-9] s ahead of PostgreSQL's, at most 2.0 s is allowed", answer);
        Assert.True(await cluster.Silos[1].IsReadyAsync(Cancellation));

        wrong.Clock.Move(TimeSpan.Zero);
        await wrong.WaitReadyAsync(Cancellation);
    }

    [Fact]
    public async Task Terminate_WithADelay_IsNotReadyWhileItServesAndHandsOver()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(
            new ClusterOptions { Silos = 2, Environment = new Dictionary<string, string> { ["GenOps__Node__DrainDelay"] = "00:00:03" } }, Cancellation);
        var leaving = cluster.Silos[0];

        var stopping = leaving.StopAsync();
        await Poll.UntilAsync(async () => !await leaving.IsReadyAsync(Cancellation), Moment, () => leaving.Output, Cancellation);
        using var served = await leaving.Http.GetAsync("/health/live", Cancellation);

        Assert.True(served.IsSuccessStatusCode);
        Assert.Equal(0, await stopping);
        await WaitDeadAsync(cluster, leaving);
        Assert.True(await cluster.Silos[1].IsReadyAsync(Cancellation));
    }

    [Fact]
    public async Task Start_WithoutADatabase_WaitsAndThenSaysSo()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(new ClusterOptions { Silos = 0 }, Cancellation);
        var late = cluster.Add(environment: new Dictionary<string, string> { ["GenOps__Cluster__DatabaseWait"] = "00:00:03" });
        await cluster.Server.StopAsync(StopMode.Fast, Cancellation);

        late.Start();

        Assert.Equal(1, await late.WaitEndAsync());
        Assert.Contains("PostgreSQL does not answer yet", late.Output, StringComparison.Ordinal);
        Assert.Contains($"GenOps:Postgres: PostgreSQL at 127.0.0.1:{cluster.Server.Port} does not answer", late.Output, StringComparison.Ordinal);

        late.Start();
        await Poll.UntilAsync(() => late.Output.Contains("trying again", StringComparison.Ordinal), Moment, () => late.Output, Cancellation);
        await cluster.Server.StartAsync(Cancellation);
        await late.WaitReadyAsync(Cancellation);
    }

    [Fact]
    public async Task Terminate_WithoutADatabase_EndsInItsTimeAndSaysThatItDidNotHandOver()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(
            new ClusterOptions { Silos = 1, Environment = new Dictionary<string, string> { ["GenOps__Node__StopTimeout"] = "00:00:03" } }, Cancellation);
        var silo = cluster.Silos[0];
        await cluster.Server.StopAsync(StopMode.Immediate, Cancellation);

        var started = Stopwatch.GetTimestamp();
        var code = await silo.StopAsync();

        output.WriteLine($"ended {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s after SIGTERM");
        Assert.Equal(5, code);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static Task WaitDeadAsync(ClusterOfSilos cluster, SiloProcess silo) => Poll.UntilAsync(
        async () =>
        {
            await using var connection = new Npgsql.NpgsqlConnection(cluster.Database.Superuser);
            await connection.OpenAsync(Cancellation);
            await using var command = new Npgsql.NpgsqlCommand("SELECT min(status) = 6 FROM genops.membership WHERE port = $1", connection);
            command.Parameters.Add(new Npgsql.NpgsqlParameter<int> { TypedValue = silo.SiloPort });
            return await command.ExecuteScalarAsync(Cancellation) is true;
        },
        Moment, () => $"{silo.Name} is not dead to the others: {cluster.Output}", Cancellation);
}
