using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>What a node that ends itself says to requests.</summary>
public sealed class SelfStopGateTests
{
    private readonly SelfStop _stop = new(new NoExit(), NullLogger<SelfStop>.Instance);

    [Fact]
    public async Task Request_AfterTheNodeBeganToEnd_IsRefusedAsUnavailable()
    {
        var wasAsked = false;
        var gate = Gate(() => wasAsked = true);
        _stop.Begin(3, "declared dead");

        await Assert.ThrowsAsync<UnavailableException>(() => gate.InvokeAsync(new DefaultHttpContext()));
        Assert.False(wasAsked);
    }

    [Fact]
    public async Task Request_UnderWayWhenTheNodeBeginsToEnd_AndThatFindsAPartGone_IsUnavailable()
    {
        var gate = Gate(() =>
        {
            _stop.Begin(3, "declared dead");
            throw new ObjectDisposedException("LoggerFactory");
        });

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => gate.InvokeAsync(new DefaultHttpContext()));
        Assert.Contains("declared dead", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatFailsWhileTheNodeGoesOn_FailsAsItDid()
    {
        var gate = Gate(() => throw new ObjectDisposedException("LoggerFactory"));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => gate.InvokeAsync(new DefaultHttpContext()));
    }

    private SelfStopGate Gate(Action answer) => new(
        _ =>
        {
            answer();
            return Task.CompletedTask;
        }, _stop);

    private sealed class NoExit : IProcessExit
    {
        public void End(int code, string reason)
        {
            // The test goes on.
        }
    }
}
