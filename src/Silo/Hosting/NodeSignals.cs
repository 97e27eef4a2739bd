using System.Runtime.InteropServices;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// Turns the signals that end a process into a token. The host's own way breaks off a start at any point, and a silo that is
/// half in its cluster can't be stopped any more.
/// </summary>
internal sealed class NodeSignals : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens from here on.</summary>
    public NodeSignals() => _registrations =
    [
        .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal)),
    ];

    /// <summary>Cancelled when the process is asked to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }
}
