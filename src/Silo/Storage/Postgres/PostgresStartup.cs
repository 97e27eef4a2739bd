using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Brings the schema up to date, or checks it, before any hosted service, and so before the silo, starts.</summary>
internal sealed class PostgresStartup(PostgresSchema schema, IOptions<PostgresOptions> options) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Migrate)
            await schema.ApplyAsync(cancellationToken).ConfigureAwait(false);

        // Also after it: as the node itself sees it, with its own role's rights and settings.
        await schema.CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
