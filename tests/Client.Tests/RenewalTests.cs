using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class RenewalTests
{
    [Fact]
    public async Task Renewal_OpenWorkload_ExtendsAtHalfOfTheTtlUntilSettled()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(59.9));
        Assert.Empty(harness.Transport.Extended);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal((AgentId.Parse("support-bot"), workload.Id, 120), Assert.Single(harness.Transport.Extended));
        Assert.Equal(Decisions.Start.AddHours(1), workload.ExpiresAt);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, harness.Transport.Extended.Count);

        await workload.ReconcileAsync(new TokenUsage(374, 44));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(600));
        Assert.Equal(2, harness.Transport.Extended.Count);
        Assert.False(workload.Revoked.IsCancellationRequested);
    }

    [Fact]
    public async Task Renewal_Failing_IsLoggedAndRetriedLongBeforeTheEnd()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.OnExtend = id => harness.Transport.Extended.Count < 3
            ? throw new TimeoutException("no response")
            : Task.FromResult(new ExtendResult(id, Decisions.Start.AddSeconds(180), new Epoch(7)));

        await harness.AdvanceAsync(TimeSpan.FromSeconds(65));

        Assert.Equal(3, harness.Transport.Extended.Count);
        Assert.Equal(2, harness.Log(6006).Count());
        Assert.All(harness.Log(6006), record => Assert.IsType<TimeoutException>(record.Exception));
        Assert.Equal(Decisions.Start.AddSeconds(180), workload.ExpiresAt);
        await workload.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Renewal_AuthorityRevoked_FiresTheTokenAndStops()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.OnExtend = _ => throw new ConflictException("authority_revoked", "suspended");
        var told = new TaskCompletionSource();
        workload.Revoked.Register(told.SetResult);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(300));
        await told.Task;

        Assert.Single(harness.Transport.Extended);
        Assert.Single(harness.Log(6007));
        await workload.ReconcileAsync(new TokenUsage(374, 10));
        Assert.Single(harness.Transport.Reconciled);
    }

    [Fact]
    public async Task Renewal_HoldEnded_StopsWithoutRevocation()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.OnExtend = _ => throw new ConflictException("already_resolved", "it expired");

        await harness.AdvanceAsync(TimeSpan.FromSeconds(300));

        Assert.Single(harness.Transport.Extended);
        Assert.Single(harness.Log(6008));
        Assert.False(workload.Revoked.IsCancellationRequested);
        await workload.ReconcileAsync(new TokenUsage(374, 10));
    }

    [Fact]
    public async Task Renewal_ForgottenHandle_EndsAtHoldMax()
    {
        await using var harness = new ClientHarness(options => options.HoldMax = TimeSpan.FromMinutes(5));
        var forgotten = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        await harness.AdvanceAsync(TimeSpan.FromMinutes(20));

        Assert.Equal(4, harness.Transport.Extended.Count);
        Assert.Single(harness.Log(6008));
        await forgotten.DisposeAsync();
    }
}
