namespace GenOps.ControlPlane.Bench.Authority;

/// <inheritdoc cref="IBareGrain"/>
internal sealed class BareGrain : Grain, IBareGrain
{
    /// <inheritdoc/>
    public Task TouchAsync() => Task.CompletedTask;
}
