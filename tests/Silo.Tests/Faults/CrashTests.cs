using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>The real node under load over both of its doors, killed, frozen, stopped and started again.</summary>
[Collection(ProcessTests.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int CallersPerDoor = 6;
    private const int AskedAgain = 20;

    private static readonly TimeSpan ProgressMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettledMax = TimeSpan.FromSeconds(30);

    /// <summary>How often the node is killed: ten times, or what GENOPS_KILLS says.</summary>
    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("GENOPS_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 10;

    /// <summary>Where the random moments start; GENOPS_SEED repeats a run's plan.</summary>
    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("GENOPS_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next(1_000_000);

    [Fact]
    public async Task Kill_AtRandomMomentsUnderLoad_LosesDoublesAndOverspendsNothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var seed = Seed;
        output.WriteLine($"seed {seed}, {Kills} kills");
        var random = new Random(seed);
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        await LoadedNode.PrepareAsync(node, cancellationToken);
        var audit = new LedgerAudit();
        var elapsed = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        await using (var load = new GovernedLoad(node, await node.ServiceKeyAsync(LoadedNode.Tenant, cancellationToken), seed, CallersPerDoor))
        {
            for (var kill = 1; kill <= Kills; kill++)
            {
                var before = elapsed.Elapsed;
                await load.ProgressAsync(1, ProgressMax, cancellationToken);
                slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, (elapsed.Elapsed - before).Ticks));
                await load.ProgressAsync(random.Next(100), ProgressMax, cancellationToken);
                await node.KillAsync();
                await node.StartReadyAsync(cancellationToken);

                var (decisions, settlements) = (load.Told.Decisions.ToArray(), load.Told.Settlements.ToArray());
                await node.ReadOnAsync(audit, cancellationToken);
                Nothing.In(audit.Faults);
                Nothing.In(audit.FindUnkept(decisions.Select(told => told.Kept), settlements));
                Nothing.In(load.Told.Faults);
                await load.AskAgainAsync(decisions.TakeLast(AskedAgain), cancellationToken);
                await LoadedNode.RaiseAsync(node, kill + 1, cancellationToken);
            }

            await load.ProgressAsync(1, ProgressMax, cancellationToken);
            await load.EndAsync();
            await VerifyAsync(node, load.Told, cancellationToken);
            output.WriteLine($"{elapsed.Elapsed.TotalSeconds:N0} s in all; at most {slowest.TotalSeconds:N1} s from ready to an answer over both doors");
        }
    }

    [Fact]
    public async Task Freeze_ForFiveSecondsUnderLoad_AnswersWithinLimitsAndLosesNothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        await LoadedNode.PrepareAsync(node, cancellationToken);
        var key = await node.ServiceKeyAsync(LoadedNode.Tenant, cancellationToken);
        await using var load = new GovernedLoad(node, key, seed: 1, CallersPerDoor);
        await using var hasty = new LibraryClient(node, LoadedNode.Tenant, key, options =>
        {
            options.AttemptTimeout = TimeSpan.FromSeconds(1);
            options.GiveUpAfter = TimeSpan.FromSeconds(2);
        });
        var request = Cluster.TestNode.Request("solo-wide", "1");
        await using (var before = await hasty.Client.AuthorizeAsync(request, cancellationToken: cancellationToken))
            await before.ReleaseAsync("only to connect", cancellationToken);
        await load.ProgressAsync(20, ProgressMax, cancellationToken);

        node.Freeze();
        var frozen = Stopwatch.StartNew();
        var givenUp = await Assert.ThrowsAsync<Client.GovernanceUnavailableException>(
            () => hasty.Client.AuthorizeAsync(Cluster.TestNode.Request("solo-wide", "1"), cancellationToken: cancellationToken));
        var waited = frozen.Elapsed;
        await Until.TrueAsync(() => frozen.Elapsed >= TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), () => "time stands still", cancellationToken);
        node.Thaw();

        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.NotEqual(default, givenUp.Workload);
        await load.ProgressAsync(20, ProgressMax, cancellationToken);
        Assert.False(node.HasEnded);
        await load.EndAsync();
        await VerifyAsync(node, load.Told, cancellationToken);
    }

    [Fact]
    public async Task Stop_UnderLoad_EndsInTimeWithCodeZeroAndEverythingTold()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        await LoadedNode.PrepareAsync(node, cancellationToken);
        await using var load = new GovernedLoad(node, await node.ServiceKeyAsync(LoadedNode.Tenant, cancellationToken), seed: 2, CallersPerDoor);
        await load.ProgressAsync(50, ProgressMax, cancellationToken);

        var stopping = Stopwatch.StartNew();
        var code = await node.StopAsync();
        stopping.Stop();
        output.WriteLine($"stopped within {stopping.Elapsed.TotalSeconds:N1} s");

        Assert.Equal(0, code);
        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(25)); // StopTimeout is 20 s
        var audit = new LedgerAudit();
        await node.ReadOnAsync(audit, cancellationToken);
        Nothing.In(audit.Faults);
        Nothing.In(audit.FindUnkept(load.Told.Decisions.Select(told => told.Kept), load.Told.Settlements));

        await node.StartReadyAsync(cancellationToken);
        await load.ProgressAsync(1, ProgressMax, cancellationToken);
        await load.EndAsync();
        await VerifyAsync(node, load.Told, cancellationToken);
    }

    /// <summary>After the load: a whole audit from the first entry on, once nothing is open any more, and the node's own word.</summary>
    private async Task VerifyAsync(NodeProcess node, Acknowledgements told, CancellationToken cancellationToken)
    {
        var audit = new LedgerAudit();
        await Until.TrueAsync(
            async () =>
            {
                await node.ReadOnAsync(audit, cancellationToken);
                return audit.Open == 0;
            },
            SettledMax,
            () => $"{audit.Open} holds are still open; the node wrote:{Environment.NewLine}{node.Output}",
            cancellationToken);

        output.WriteLine(
            $"{told.OverHttp} decisions over HTTP, {told.OverLibrary} over the library, {told.Settlements.Count} settlements, {audit.Entries} entries; "
            + string.Join("; ", audit.Budgets.Select(budget => $"{budget.Key}: {budget.Value.Admissions} admissions, {budget.Value.Refusals} refusals")));
        Nothing.In(told.Faults);
        Nothing.In(audit.Faults);
        Nothing.In(audit.FindUnkept(told.Decisions.Select(decision => decision.Kept), told.Settlements));
        Nothing.In(audit.FindInconsistent(told.Reported.Except(told.Settlements.Select(settlement => settlement.Id)).Select(id => id.ToString()).ToHashSet()));
        foreach (var (root, budget) in audit.Budgets.Where(budget => budget.Key.Contains('-', StringComparison.Ordinal) && budget.Value.Admissions > 0))
        {
            var limit = (await node.DoAsync("GET", $"/v1/tenants/{LoadedNode.Tenant}/budgets/{root}", null, cancellationToken)).Json.GetProperty("limits")[0];
            Assert.Equal(budget.Sum("reconciled"), Figure(limit, "spent"));
            Assert.Equal(0m, Figure(limit, "reserved"));
            Assert.Equal(budget.Sum("unresolved"), Figure(limit, "unresolved"));
        }

        foreach (var tight in new[] { "b-usd", "c-tokens" })
            Assert.NotEqual(0, audit.Budgets[tight].Refusals);

        var verified = (await node.DoAsync("GET", $"/v1/tenants/{LoadedNode.Tenant}/evidence/verify", null, cancellationToken)).Json;
        Assert.True(verified.GetProperty("verified").GetBoolean(), verified.GetRawText());
    }

    private static decimal Figure(JsonElement limit, string name) =>
        decimal.Parse(limit.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
