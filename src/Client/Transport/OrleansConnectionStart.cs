using Microsoft.Extensions.Hosting;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Begins to connect when the host starts, without waiting for it. It ends with the container and not with the host's
/// stop: what stops after this may still have something to settle.
/// </summary>
internal sealed class OrleansConnectionStart(OrleansConnection connection) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        connection.Begin();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
