using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Brings the schema up to date before any hosted service, and so before the silo, starts.</summary>
internal sealed partial class GrainStorageStartup(
    IOptions<GrainStorageOptions> options, TimeProvider clock, ILogger<GrainStorageStartup> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(options.Value.DatabasePath);
        var schema = SqliteSchema.GrainStorage(clock);
        var versionBefore = schema.Apply(path, options.Value.BusyTimeout);
        if (versionBefore != schema.KnownVersion)
            SchemaMigrated(path, versionBefore, schema.KnownVersion);

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information,
        Message = "Grain storage {DatabasePath} migrated from schema version {VersionBefore} to {VersionAfter}.")]
    private partial void SchemaMigrated(string databasePath, int versionBefore, int versionAfter);
}
