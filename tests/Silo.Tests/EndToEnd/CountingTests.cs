using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Silo.Tests.Cluster;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Tests.EndToEnd;

/// <summary>What many callers at once must count to, over both doors of a real node.</summary>
[Collection(ProcessTests.Name)]
public sealed class CountingTests(StartedNode started) : IClassFixture<StartedNode>
{
    private const int Many = 200;
    private const int Repeats = 50;

    [Fact]
    public async Task Http_TwoHundredAtOnceAgainstAHundred_AllowsExactlyAHundred()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var key = await started.PrepareAsync("http-many", "100.00", cancellationToken);

        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ =>
            started.Node.SendAsync("POST", "/v1/tenants/http-many/workloads", Body(TestNode.Request("bot", "1.00")), key, cancellationToken)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(100, answers.Count(answer => answer["result"] == "ALLOWED"));
        Assert.Equal(100, answers.Count(answer => answer["reasonCode"] == ReasonCodes.BudgetExceeded));
        Assert.Equal(("0", "100", "0"), await CountedAsync("http-many", cancellationToken));
    }

    [Fact]
    public async Task Library_TwoHundredAtOnceAgainstAHundred_AllowsExactlyAHundred()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var key = await started.PrepareAsync("library-many", "100.00", cancellationToken);
        await using var library = new LibraryClient(started.Node, "library-many", key);

        var workloads = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ =>
            library.Client.AuthorizeAsync(TestNode.Request("bot", "1.00"), cancellationToken: cancellationToken)));

        Assert.Equal(100, workloads.Count(workload => workload.Decision.Result == DecisionResult.Allowed));
        Assert.Equal(100, workloads.Count(workload => workload.Decision.ReasonCode == ReasonCodes.BudgetExceeded));
        Assert.Equal(("0", "100", "0"), await CountedAsync("library-many", cancellationToken));
        foreach (var workload in workloads.Where(workload => workload.IsAllowed))
            await workload.ReleaseAsync("only counted", cancellationToken);
        Assert.Equal(("0", "0", "100"), await CountedAsync("library-many", cancellationToken));
    }

    [Fact]
    public async Task Http_SameIdFiftyTimesAtOnce_OneEffectAndTheSameBytes()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var key = await started.PrepareAsync("http-same", "100.00", cancellationToken);
        var request = TestNode.Request("bot", "1.00");
        var report = JsonSerializer.Serialize(TestNode.Actual("0.75"), GenOpsJson.Canonical);

        var decided = await Task.WhenAll(Enumerable.Range(0, Repeats).Select(_ => PostAsync("workloads", Body(request))));
        var held = await CountedAsync("http-same", cancellationToken);
        var settled = await Task.WhenAll(Enumerable.Range(0, Repeats).Select(_ => PostAsync($"workloads/{request.Id}/reconcile", report)));
        var other = await PostAsync("workloads", Body(TestNode.Request("bot", "2.00", request.Id)));
        var otherFigures = await PostAsync(
            $"workloads/{request.Id}/reconcile", JsonSerializer.Serialize(TestNode.Actual("0.76"), GenOpsJson.Canonical));
        var late = await PostAsync("workloads", Body(request));

        Assert.All(decided, answer => Assert.Equal(200, answer.Status));
        Assert.Equal("ALLOWED", decided[0]["result"]);
        Assert.Single(decided.Select(answer => answer.Text).Distinct());
        Assert.Equal(("0", "1", "99"), held);
        Assert.All(settled, answer => Assert.Equal(200, answer.Status));
        Assert.Single(settled.Select(answer => answer.Text).Distinct());
        Assert.Equal((409, "idempotency_conflict"), (other.Status, other["code"]));
        Assert.Equal((409, "already_resolved"), (otherFigures.Status, otherFigures["code"]));
        Assert.Equal((200, decided[0].Text), (late.Status, late.Text));
        Assert.Equal(("0.75", "0", "99.25"), await CountedAsync("http-same", cancellationToken));
        Assert.Equal(["workload.reserved", "workload.reconciled"], await KindsAsync("http-same", request.Id!.Value, cancellationToken));

        Task<Http.Answer> PostAsync(string path, string body) =>
            started.Node.SendAsync("POST", $"/v1/tenants/http-same/{path}", body, key, cancellationToken);
    }

    [Fact]
    public async Task Library_SameIdFiftyTimesAtOnce_OneEffectAndOneAnswer()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var key = await started.PrepareAsync("library-same", "100.00", cancellationToken);
        await using var library = new LibraryClient(started.Node, "library-same", key);
        var request = TestNode.Request("bot", "1.00");

        var workloads = await Task.WhenAll(Enumerable.Range(0, Repeats).Select(_ =>
            library.Client.AuthorizeAsync(request, cancellationToken: cancellationToken)));
        var held = await CountedAsync("library-same", cancellationToken);
        var settled = await Task.WhenAll(workloads.Select(workload =>
            workload.ReconcileAsync(TestNode.Actual("0.75") with { LatencyMs = 5 }, cancellationToken)));
        var other = await Assert.ThrowsAsync<ConflictException>(() =>
            library.Client.AuthorizeAsync(TestNode.Request("bot", "2.00", request.Id), cancellationToken: cancellationToken));

        Assert.Equal(DecisionResult.Allowed, workloads[0].Decision.Result);
        Assert.Single(workloads.Select(workload => JsonSerializer.Serialize(workload.Decision, GenOpsJson.Http)).Distinct());
        Assert.Equal(("0", "1", "99"), held);
        Assert.Single(settled.Select(result => JsonSerializer.Serialize(result, GenOpsJson.Http)).Distinct());
        Assert.Equal("idempotency_conflict", other.Code);
        Assert.Equal(("0.75", "0", "99.25"), await CountedAsync("library-same", cancellationToken));
        Assert.Equal(["workload.reserved", "workload.reconciled"], await KindsAsync("library-same", request.Id!.Value, cancellationToken));
    }

    [Fact]
    public async Task BothDoors_SameIdAtOnce_OneEffectAndOneAnswer()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var key = await started.PrepareAsync("both-same", "100.00", cancellationToken);
        await using var library = new LibraryClient(started.Node, "both-same", key);
        var request = TestNode.Request("bot", "1.00") with { TtlSeconds = 60 };

        var overLibrary = Task.WhenAll(Enumerable.Range(0, Repeats / 2).Select(_ =>
            library.Client.AuthorizeAsync(request, cancellationToken: cancellationToken)));
        var overHttp = Task.WhenAll(Enumerable.Range(0, Repeats / 2).Select(_ =>
            started.Node.SendAsync("POST", "/v1/tenants/both-same/workloads", Body(request), key, cancellationToken)));
        var answers = (await overHttp).Select(answer => answer.Text)
            .Concat((await overLibrary).Select(workload => JsonSerializer.Serialize(workload.Decision, GenOpsJson.Http)));

        Assert.Single(answers.Distinct());
        Assert.Equal(("0", "1", "99"), await CountedAsync("both-same", cancellationToken));
        Assert.Equal(["workload.reserved"], await KindsAsync("both-same", request.Id!.Value, cancellationToken));
    }

    private static string Body(WorkloadRequest request) => JsonSerializer.Serialize(request, GenOpsJson.Canonical);

    private async Task<(string Spent, string Reserved, string Remaining)> CountedAsync(string tenant, CancellationToken cancellationToken)
    {
        var limit = (await started.Node.DoAsync("GET", $"/v1/tenants/{tenant}/budgets/usd", null, cancellationToken)).Json.GetProperty("limits")[0];
        return (Text("spent"), Text("reserved"), Text("remaining"));

        string Text(string name) => limit.GetProperty(name).GetString()!;
    }

    private async Task<IEnumerable<string>> KindsAsync(string tenant, WorkloadId id, CancellationToken cancellationToken)
    {
        var evidence = await started.Node.DoAsync(
            "GET", string.Create(CultureInfo.InvariantCulture, $"/v1/tenants/{tenant}/evidence?workload={id}"), null, cancellationToken);
        return evidence.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString()!);
    }
}
