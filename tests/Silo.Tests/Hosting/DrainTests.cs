using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>A stopping node is not ready first, and stops later.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Stopping_WithADelay_IsNotReadyAtOnceAndGoesOnAfterIt()
    {
        var time = new FakeTimeProvider();
        var drain = new Drain(new NodeOptions { DrainDelay = TimeSpan.FromSeconds(5) }, time, NullLogger<Drain>.Instance);
        Assert.Null(drain.WhyNotReady);

        var stopping = drain.StoppingAsync(CancellationToken.None);

        Assert.Equal("the node is stopping", drain.WhyNotReady);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await stopping;
    }

    [Fact]
    public async Task Stopping_OutOfTime_GoesOn()
    {
        using var outOfTime = new CancellationTokenSource();
        var drain = new Drain(new NodeOptions { DrainDelay = TimeSpan.FromSeconds(5) }, new FakeTimeProvider(), NullLogger<Drain>.Instance);
        var stopping = drain.StoppingAsync(outOfTime.Token);

        await outOfTime.CancelAsync();

        await stopping;
        Assert.Equal("the node is stopping", drain.WhyNotReady);
    }
}
