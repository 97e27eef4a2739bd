using GenOps.ControlPlane.Silo.Http;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// The first part of an orderly stop: the node says that it is not ready and goes on serving for a while, so that whoever
/// spreads the traffic takes it out before its door closes.
/// </summary>
internal sealed class Drain(NodeOptions options, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService, IReadinessCondition
{
    private volatile bool _isDraining;

    /// <inheritdoc/>
    public string? WhyNotReady => _isDraining ? "the node is stopping" : null;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        if (options.DrainDelay == TimeSpan.Zero)
            return;

        ClusterLog.Draining(log, options.DrainDelay);
        await Task.Delay(options.DrainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
