using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Cluster.Tests.Upgrade;

/// <summary>Two builds side by side on one PostgreSQL, under load, and the load moved from one to the other and back.</summary>
public sealed class RollingUpgradeTests(NextBuild next, ITestOutputHelper output) : IClassFixture<NextBuild>
{
    private const int CallsPerStep = 120;

    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(90);

    // A message to a node on its way out may be lost: the asking node says so within this time, and before its caller gives up.
    private static readonly Dictionary<string, string> Patience = new() { ["GenOps__Node__ActorTimeout"] = "00:00:03" };
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    private readonly History _history = new();
    private readonly Organisation _organisation = new(teams: 2);
    private int _replaced;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_ReplacedOneByOneThereAndBackUnderLoad_KeepEveryPromise()
    {
        await using var cluster = await ClusterOfSilos.StartAsync(new ClusterOptions { Silos = 2, Environment = Patience }, Cancel);
        await _organisation.PrepareAsync(cluster, _history, Cancel);
        var key = await cluster.ServiceKeyAsync(_organisation.Tenant.Value, Cancel);
        var (first, second) = (cluster.Silos[0], cluster.Silos[1]);
        await using var load = await GovernedLoad.BeginAsync(cluster, _organisation, _history, new LoadOptions { HttpCallers = 4, LibraryCallers = 0, AttemptTimeout = AttemptTimeout }, Cancel);
        await load.ProgressAsync(CallsPerStep, StepMax, Cancel);

        // There: the first new node asks actors that live on the old ones for what those don't know.
        var third = await ReplaceAsync(cluster, load, first, next.Program);
        await EveryAgentIsServedByTheNextBuildAsync(third, key);
        Assert.Equal(400, (await AuthorizeWithCampaignAsync(second, key, 1)).Status);
        var fourth = await ReplaceAsync(cluster, load, second, next.Program);
        var (status, text) = await AuthorizeWithCampaignAsync(fourth, key, 200);
        Assert.True(status == 200, text);
        var workload = JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;

        // And back: what the new one wrote is read, and settled, by the old one.
        var fifth = await ReplaceAsync(cluster, load, third, null);
        Assert.Contains("\"campaign\":\"autumn\"", await EvidenceAsync(cluster, workload), StringComparison.Ordinal);
        await ReplaceAsync(cluster, load, fourth, null);
        var settled = await SendAsync(fifth, HttpMethod.Post, $"workloads/{workload}/reconcile", """{ "actual": [{ "amount": "0.01", "unit": "USD" }] }""", key);
        Assert.True(settled.Status == 200, settled.Text);
        await load.EndAsync();

        var audit = await ClusterAudit.CheckAsync(cluster, _history, cancellationToken: Cancel);
        output.WriteLine($"the next build took {next.Took.TotalSeconds:0} s; {_history.Acknowledged} calls acknowledged{Environment.NewLine}{audit}");
        Assert.True(audit.IsClean, audit.ToString());
        Assert.Empty(_history.Faults);
        await BothBuildsWroteTheSameStreamsAsync(cluster);
        Assert.DoesNotContain("build is too old", cluster.Output, StringComparison.Ordinal);
    }

    /// <summary>A node of <paramref name="program"/>, of this build if it is null, takes the place of another.</summary>
    private async Task<SiloProcess> ReplaceAsync(ClusterOfSilos cluster, GovernedLoad load, SiloProcess old, string? program)
    {
        var silo = cluster.Add(program);
        await silo.StartReadyAsync(Cancel);
        output.WriteLine($"{_history.Now.TotalSeconds:0.0} s: {silo.Name} of {(program is null ? "this" : "the next")} build is ready");

        // The client library of this build, connected to nodes of both.
        await using var library = await GovernedLoad.BeginAsync(
            cluster, _organisation, _history, new LoadOptions { HttpCallers = 0, LibraryCallers = 2, AuthorityInterval = null, Seed = 100 + ++_replaced }, Cancel);
        await load.ProgressAsync(CallsPerStep, StepMax, Cancel);
        var leaving = _history.Now;
        Assert.Equal(0, await cluster.LeaveAsync(old));
        output.WriteLine($"{leaving.TotalSeconds:0.0} to {_history.Now.TotalSeconds:0.0} s: {old.Name} leaves");
        await load.ProgressAsync(CallsPerStep, StepMax, Cancel);
        await library.EndAsync();
        return silo;
    }

    private async Task EveryAgentIsServedByTheNextBuildAsync(SiloProcess silo, string key)
    {
        foreach (var agent in _organisation.Agents)
        {
            var (status, text) = await SendAsync(silo, HttpMethod.Get, $"agents/{agent.Id}/build", null, key);
            Assert.True(status == 200 && text.Contains(NextBuild.Version, StringComparison.Ordinal), $"{agent.Id}: {status} {text}");
        }
    }

    /// <summary>Asks with the next build's member until it is answered with <paramref name="attemptsMax"/>'s last answer, or allowed.</summary>
    private async Task<(int Status, string Text)> AuthorizeWithCampaignAsync(SiloProcess silo, string key, int attemptsMax)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Operators take authority away meanwhile: another workload, and it is back.
            var workload = Governed.New(_organisation.Agents[0], new Random(attempt), ttlSeconds: 600);
            var body = JsonSerializer.Serialize(workload.Request, GenOpsJson.Canonical)[..^1] + ",\"campaign\":\"autumn\"}";
            var answer = await SendAsync(silo, HttpMethod.Post, "workloads", body, key);
            if (attempt == attemptsMax || answer.Text.Contains("\"ALLOWED\"", StringComparison.Ordinal))
                return answer;
        }
    }

    /// <summary>One request, sent again while a node is on its way.</summary>
    private async Task<(int Status, string Text)> SendAsync(SiloProcess silo, HttpMethod method, string path, string? body, string key)
    {
        (int Status, string Text) answer = default;
        await Poll.UntilAsync(
            async () => (answer = await ClusterOfSilos.SendAsync(silo, method, $"{_organisation.Path}/{path}", body, key, TimeSpan.FromSeconds(10), Cancel)).Status != 503,
            StepMax, () => $"{method} {path}: {answer.Status} {answer.Text}", Cancel);
        return answer;
    }

    private static async Task<string> EvidenceAsync(ClusterOfSilos cluster, string workload)
    {
        var texts = new StringBuilder();
        await foreach (var row in cluster.Rows.AllAsync(Cancel))
        {
            var text = Encoding.UTF8.GetString(row.Text);
            if (text.Contains(workload, StringComparison.Ordinal))
                texts.AppendLine(text);
        }

        return texts.ToString();
    }

    private static async Task BothBuildsWroteTheSameStreamsAsync(ClusterOfSilos cluster)
    {
        var streams = new Dictionary<string, List<bool>>(StringComparer.Ordinal);
        await foreach (var row in cluster.Rows.AllAsync(Cancel))
        {
            if (row.Kind != "workload.reconciled")
                continue;
            if (!streams.TryGetValue(row.Stream, out var byNext))
                streams.Add(row.Stream, byNext = []);
            byNext.Add(Encoding.UTF8.GetString(row.Text).Contains($"\"build\":\"{NextBuild.Version}\"", StringComparison.Ordinal));
        }

        // By the old build, then by the next, then by the old one again.
        Assert.Contains(streams.Values, byNext => !byNext[0] && byNext.Contains(true) && !byNext[^1]);
    }
}
