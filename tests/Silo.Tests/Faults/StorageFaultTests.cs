using System.Text.Json;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Silo.Tests.Cluster;
using GenOps.ControlPlane.Silo.Tests.EndToEnd;
using GenOps.ControlPlane.Workloads;
using Microsoft.Data.Sqlite;
using Answer = GenOps.ControlPlane.Silo.Tests.Http.Answer;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>A data directory that is taken, full, or locked: the node fails closed, says so, and goes on afterwards.</summary>
[Collection(ProcessTests.Name)]
public sealed class StorageFaultTests
{
    private const int CallersAtOnce = 8;

    private static readonly TimeSpan RecoveryMax = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Start_DirectoryOfARunningNode_IsRefusedAndLeavesTheFirstUnharmed()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var started = new StartedNode();
        await started.InitializeAsync();
        var key = await started.PrepareAsync("acme", "10", cancellationToken);
        var first = started.Node;
        var before = await AskAsync(first, key, Body(), cancellationToken);
        await using var second = new NodeProcess(first.Data);

        second.Start();
        var code = await second.WaitEndAsync();

        Assert.Equal(1, code);
        Assert.Contains(first.Data, second.Output, StringComparison.Ordinal);
        Assert.Contains("another", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal); // a message, no stack trace
        Assert.False(first.HasEnded);
        var after = await AskAsync(first, key, Body(), cancellationToken);
        Assert.Equal(("ALLOWED", "ALLOWED"), (before["result"], after["result"]));
        var reserved = (await first.DoAsync("GET", "/v1/tenants/acme/budgets/usd", null, cancellationToken)).Json.GetProperty("limits")[0];
        Assert.Equal("2", reserved.GetProperty("reserved").GetString());
    }

    [Fact]
    public async Task Authorize_DiskFull_IsAnErrorUntilThereIsRoomAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit of a file's size is set while the process runs, which Linux alone can");
        var cancellationToken = TestContext.Current.CancellationToken;
        var node = new NodeProcess { SurvivesFileSizeLimit = true };
        await FailAndRecoverAsync(
            node,
            async asking =>
            {
                node.LimitFileSize(4_096);
                await asking();
                node.LimitFileSize(null);
            },
            cancellationToken);
    }

    [Fact]
    public async Task Authorize_LedgerLockedByAnotherProgram_IsAnErrorUntilItLetsGo()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var node = new NodeProcess();
        await FailAndRecoverAsync(
            node,
            async asking =>
            {
                await using var connection = new SqliteConnection($"Data Source={node.LedgerPath};Pooling=False;Default Timeout=10");
                connection.Open();
                using (var transaction = connection.BeginTransaction(deferred: false))
                    await asking();
            },
            cancellationToken);
    }

    private static async Task FailAndRecoverAsync(NodeProcess node, Func<Func<Task>, Task> during, CancellationToken cancellationToken)
    {
        await using var started = new StartedNode(node);
        await started.InitializeAsync();
        var key = await started.PrepareAsync("acme", "100", cancellationToken);
        await using var library = new LibraryClient(node, "acme", key, options => options.GiveUpAfter = TimeSpan.FromSeconds(5));
        var told = new List<AcknowledgedDecision>();
        told.Add(await TellAsync(node, key, TestNode.Request("bot", "1"), cancellationToken));
        await using (var connected = await library.Client.AuthorizeAsync(TestNode.Request("bot", "1"), cancellationToken: cancellationToken))
            await connected.ReleaseAsync("only to connect", cancellationToken);

        var failed = Enumerable.Range(0, CallersAtOnce).Select(_ => TestNode.Request("bot", "1")).ToArray();
        await during(async () =>
        {
            var overLibrary = Assert.ThrowsAsync<GovernanceUnavailableException>(
                () => library.Client.AuthorizeAsync(TestNode.Request("bot", "1"), cancellationToken: cancellationToken));
            var answers = await Task.WhenAll(failed.Select(request => AskAsync(node, key, Body(request), cancellationToken)));
            Assert.All(answers, answer => Assert.Equal((503, "unavailable"), (answer.Status, answer["code"])));
            Assert.All(answers, answer => Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1), "no Retry-After"));

            // An actor that lost its state reads it again; the next answer is an error, too.
            var next = await AskAsync(node, key, Body(), cancellationToken);
            Assert.Equal((503, "unavailable"), (next.Status, next["code"]));
            await overLibrary;
        });

        await Until.TrueAsync(
            async () => (await AskAsync(node, key, Body(), cancellationToken)).Status == 200,
            RecoveryMax, () => node.Output, cancellationToken);
        foreach (var request in failed)
            told.Add(await TellAsync(node, key, request, cancellationToken));

        var audit = new LedgerAudit();
        await node.ReadOnAsync(audit, cancellationToken);
        Nothing.In(audit.Faults);
        Nothing.In(audit.FindUnkept(told.Select(decision => decision.Kept), []));
        Assert.All(told, decision => Assert.Contains("\"ALLOWED\"", decision.Answer, StringComparison.Ordinal));
        var verified = (await node.DoAsync("GET", "/v1/tenants/acme/evidence/verify", null, cancellationToken)).Json;
        Assert.True(verified.GetProperty("verified").GetBoolean(), verified.GetRawText());
    }

    private static async Task<AcknowledgedDecision> TellAsync(
        NodeProcess node, string key, WorkloadRequest request, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(node, key, Body(request), cancellationToken);
        Assert.True(answer.Status == 200, answer.Text);
        return new AcknowledgedDecision(request, CanonicalText.Of(answer.Text), answer.Text);
    }

    private static Task<Answer> AskAsync(NodeProcess node, string key, string body, CancellationToken cancellationToken) =>
        node.SendAsync("POST", "/v1/tenants/acme/workloads", body, key, cancellationToken);

    private static string Body(WorkloadRequest? request = null) =>
        JsonSerializer.Serialize(request ?? TestNode.Request("bot", "1"), GenOpsJson.Canonical);
}
