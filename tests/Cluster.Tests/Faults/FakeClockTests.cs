using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>A silo's clock of its own.</summary>
public sealed class FakeClockTests
{
    [Fact]
    public async Task Move_OfARunningSilosClock_ShowsInItsAnswers()
    {
        Assert.SkipWhen(FakeClock.LibraryPath is null, "libfaketime is not installed. On Debian and Ubuntu: apt-get install faketime");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var silo = new SiloProcess(new SiloOptions { Name = "late", HasFakeClock = true });
        await silo.StartReadyAsync(cancellationToken);
        Assert.InRange(await AheadAsync(silo, cancellationToken), TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(5));

        silo.Clock!.Move(TimeSpan.FromHours(1));

        await Poll.UntilAsync(
            async () => await AheadAsync(silo, cancellationToken) > TimeSpan.FromMinutes(59), TimeSpan.FromSeconds(10), () => silo.Output, cancellationToken);
        Assert.InRange(await AheadAsync(silo, cancellationToken), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    private static async Task<TimeSpan> AheadAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        using var answer = await silo.Http.GetAsync("/health/live", cancellationToken);
        return answer.Headers.Date!.Value - TimeProvider.System.GetUtcNow();
    }
}
