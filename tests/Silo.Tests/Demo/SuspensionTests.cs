using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Replays;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class SuspensionTests
{
    private static readonly AgentId Bot = AgentId.Parse("bot");

    [Fact]
    public async Task SuspendAsync_BeforeAndAfterItsAcknowledgement_CoversOnlyWhatBeginsAfter()
    {
        var time = new FakeTimeProvider();
        var answer = new TaskCompletionSource();
        var suspension = new Suspension(Bot, (_, _) => answer.Task, time);
        Assert.False(suspension.Covers(Bot));

        var suspending = suspension.SuspendAsync(CancellationToken.None);
        Assert.False(suspension.Covers(Bot));

        time.Advance(TimeSpan.FromMilliseconds(12.5));
        answer.SetResult();
        await suspending;
        Assert.True(suspension.Covers(Bot));
        Assert.False(suspension.Covers(AgentId.Parse("other")));

        suspension.Count(allowed: false);
        suspension.Count(allowed: true);
        Assert.Equal(new SuspensionReport(Bot, 2, 1, 12.5), suspension.Report());
    }

    [Fact]
    public async Task SuspendAsync_Refused_IsNeverAcknowledged()
    {
        var suspension = new Suspension(Bot, (_, _) => Task.FromException(new InvalidOperationException("no")), new FakeTimeProvider());
        await Assert.ThrowsAsync<InvalidOperationException>(() => suspension.SuspendAsync(CancellationToken.None));
        Assert.False(suspension.Covers(Bot));
        Assert.False(suspension.Acknowledged.IsCompleted);
    }
}
