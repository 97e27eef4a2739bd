using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Silo.Overload;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Asks now and then whether the node is ready, so that its metrics say so also where nobody else asks.</summary>
internal sealed class ReadinessWatch(
    Readiness readiness, AuthorityWatch watch, IOptions<HttpOptions> options, TimeProvider time) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        OverloadInstruments.Begin();
        using var timer = new PeriodicTimer(options.Value.ReadyInterval, time);
        try
        {
            do
                await LookAsync(stoppingToken).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // An orderly stop.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        NodeInstruments.Watched(watch.Age);
        try
        {
            await readiness.RequireAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UnavailableException)
        {
            // It was logged and measured where it was found out.
        }
    }
}
