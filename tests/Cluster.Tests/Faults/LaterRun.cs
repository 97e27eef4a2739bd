using System.Collections.Immutable;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>
/// Scenarios (g) to (k) and (m) in their short form, in turn on one cluster, without those of them that need what is not
/// installed or not allowed here.
/// </summary>
public sealed class LaterRun : IAsyncLifetime
{
    private const string Letters = "hijkm";

    private readonly Dictionary<char, string> _missing = [];
    private ImmutableArray<ScenarioResult> _results = [];

    /// <summary>The audit of all of them; null if it did not get so far.</summary>
    public AuditReport? Audit => _results[0].Audit;

    /// <summary>The result of a scenario; the test is skipped if something that it needs is missing.</summary>
    public ScenarioResult Of(char letter)
    {
        Assert.SkipWhen(_missing.ContainsKey(letter), _missing.GetValueOrDefault(letter, ""));
        return _results.Single(result => result.Letter == letter);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (FakeClock.LibraryPath is null)
            _missing.Add('h', "libfaketime is not installed. On Debian and Ubuntu: apt-get install faketime");
        if (SmallDisk.Unavailable is { } reason)
            _missing.Add('g', reason);
        try
        {
            await RunAsync();
        }
        catch (MissingToolException error) when (!_missing.ContainsKey('g'))
        {
            // A container may refuse what its root asks for.
            _missing.Add('g', error.Message);
            await RunAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task RunAsync() => _results = await ScenarioRunner.RunTogetherAsync(
        FaultList.Find(string.Concat((Letters + "g").Where(letter => !_missing.ContainsKey(letter))))!, cancellationToken: TestContext.Current.CancellationToken);
}
