using System.Collections.Immutable;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>Scenarios (a) to (f) in their short form, in turn on one cluster: its start and its audit are what takes long.</summary>
public sealed class SharedRun : IAsyncLifetime
{
    private const string Letters = "abcdef";

    /// <summary>The results.</summary>
    public ImmutableArray<ScenarioResult> Results { get; private set; } = [];

    /// <summary>The result of a scenario.</summary>
    public ScenarioResult Of(char letter) => Results.Single(result => result.Letter == letter);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        Results = await ScenarioRunner.RunTogetherAsync(FaultList.Find(Letters)!, cancellationToken: TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
