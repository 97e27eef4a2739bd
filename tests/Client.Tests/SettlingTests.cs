using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class SettlingTests
{
    [Fact]
    public async Task Reconcile_TransientFailures_AreRetriedWithTheSameFigures()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnReconcile = (id, _) => harness.Transport.Reconciled.Count < 3
            ? throw new TimeoutException("no response")
            : Task.FromResult(Decisions.Reconciled(id, "0.004"));
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Clock.Advance(TimeSpan.FromMilliseconds(812));

        SettlementResult? result = null;
        var fault = await harness.RunAsync(async () => result = await workload.ReconcileAsync(new TokenUsage(374, 44)));

        Assert.Null(fault);
        Assert.Equal(WorkloadState.Reconciled, result!.State);
        Assert.Equal(3, harness.Transport.Reconciled.Count);
        var sent = Assert.Single(harness.Transport.Reconciled.Distinct());
        Assert.Equal((AgentId.Parse("support-bot"), workload.Id, new Reconciliation(new TokenUsage(374, 44), LatencyMs: 812)), sent);
    }

    [Fact]
    public async Task Reconcile_GivenUp_CanBeCalledAgainWithTheSameLatency()
    {
        await using var harness = new ClientHarness();
        var up = false;
        harness.Transport.OnReconcile = (id, _) => up
            ? Task.FromResult(Decisions.Reconciled(id, "0.004"))
            : throw UnavailableException.Unreachable("down");
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        var fault = await harness.RunAsync(() => workload.ReconcileAsync(new TokenUsage(374, 44)));
        up = true;
        await workload.ReconcileAsync(new TokenUsage(374, 44));

        Assert.Equal(workload.Id, Assert.IsType<GovernanceUnavailableException>(fault).Workload);
        Assert.Equal(0, Assert.Single(harness.Transport.Reconciled.Distinct()).Figures.LatencyMs);
        Assert.Empty(harness.Transport.Released);
    }

    [Fact]
    public async Task Reconcile_Twice_IsAnError()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await workload.ReconcileAsync(new TokenUsage(374, 44));

        var again = await Assert.ThrowsAsync<InvalidOperationException>(() => workload.ReconcileAsync(new TokenUsage(374, 44)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => workload.ReleaseAsync("not needed"));

        Assert.Equal($"workload {workload.Id} is settled already: reconcile or release it once", again.Message);
        Assert.Single(harness.Transport.Reconciled);
        Assert.Empty(harness.Transport.Released);
    }

    [Fact]
    public async Task Reconcile_FromManyThreadsAtOnce_IsSentOnce()
    {
        await using var harness = new ClientHarness();
        var answer = new TaskCompletionSource<SettlementResult>();
        harness.Transport.OnReconcile = (_, _) => answer.Task;
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        var calls = Enumerable.Range(0, 16)
            .Select(_ => Task.Run(async () => await Record.ExceptionAsync(() => workload.ReconcileAsync(new TokenUsage(374, 44)))))
            .ToList();
        var losers = new List<Exception?>();
        while (calls.Count > 1)
        {
            var done = await Task.WhenAny(calls);
            calls.Remove(done);
            losers.Add(await done);
        }

        answer.SetResult(Decisions.Reconciled(workload.Id, "0.004"));
        Assert.Null(await calls[0]);
        Assert.All(losers, loser => Assert.IsType<InvalidOperationException>(loser));
        Assert.Single(harness.Transport.Reconciled);
    }

    [Fact]
    public async Task Workload_Disposed_TakesNoMoreCalls()
    {
        await using var harness = new ClientHarness();
        var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await workload.DisposeAsync();
        await workload.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => workload.ReconcileAsync(new TokenUsage(1, 1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => workload.ReleaseAsync("not needed"));
        Assert.Single(harness.Log(6005));
    }

    [Fact]
    public async Task Workload_DisposedUnsettled_WarnsAndReleasesNothing()
    {
        await using var harness = new ClientHarness();
        var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        await workload.DisposeAsync();
        await harness.AdvanceAsync(TimeSpan.FromMinutes(5));

        var warning = Assert.Single(harness.Log(6005));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains(workload.Id.ToString(), warning.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Transport.Released);
        Assert.Empty(harness.Transport.Reconciled);
        Assert.Empty(harness.Transport.Extended);
    }

    [Fact]
    public async Task Workload_Settled_IsDisposedSilently()
    {
        await using var harness = new ClientHarness();
        var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await workload.ReleaseAsync("the user went away");
        await workload.DisposeAsync();

        Assert.Equal((AgentId.Parse("support-bot"), workload.Id, "the user went away"), Assert.Single(harness.Transport.Released));
        Assert.Empty(harness.Log(6005));
    }

    [Fact]
    public async Task Reconcile_InvalidFigures_LeavesTheWorkloadOpen()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        await Assert.ThrowsAsync<InvalidRequestException>(() => workload.ReconcileAsync(new TokenUsage(-1, 0)));
        await workload.ReconcileAsync(new TokenUsage(1, 0));

        Assert.Single(harness.Transport.Reconciled);
    }

    [Fact]
    public async Task Reconcile_ById_LogsTheLateEvent()
    {
        await using var harness = new ClientHarness();
        var id = WorkloadId.New(Decisions.Start);

        await harness.Client.ReconcileAsync(id, new Reconciliation(new TokenUsage(374, 44)));

        var late = Assert.Single(harness.Log(6011));
        Assert.Equal("genops.budget.reconciliation", late.Id.Name);
        Assert.Equal(
            $"Workload {id} was reconciled after its span ended: research-usd/support reserved 0.0061, actual 0.004 USD", late.Message);
    }
}
