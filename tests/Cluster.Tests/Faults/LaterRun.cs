using System.Collections.Immutable;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>Scenarios (h) to (k) and (m) in their short form, in turn on one cluster.</summary>
public sealed class LaterRun : IAsyncLifetime
{
    private const string Letters = "hijkm";

    private ImmutableArray<ScenarioResult> _results = [];
    private string? _missing;

    /// <summary>The result of a scenario; the test is skipped if something that they need is not installed.</summary>
    public ScenarioResult Of(char letter)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        return _results.Single(result => result.Letter == letter);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        try
        {
            _results = await ScenarioRunner.RunTogetherAsync(FaultList.Find(Letters)!, cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (MissingToolException error)
        {
            _missing = error.Message;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
