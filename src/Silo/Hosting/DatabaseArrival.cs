using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// Waits at start for a PostgreSQL that does not answer yet, as when everything is switched on at once, and compares clocks
/// before anything goes by one. Before every other part.
/// </summary>
internal sealed class DatabaseArrival(
    IServiceProvider services, ReferenceClock clock, IOptions<ClusterMemberOptions> options, ILogger<DatabaseArrival> log) : IHostedLifecycleService
{
    private const int Readings = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    /// <exception cref="NodeStartException">It did not answer in time, or lets nobody in.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var sources = services.GetRequiredService<PostgresDataSources>();
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await CompareAsync(sources, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (DatabaseFault.IsPassing(error) && !cancellationToken.IsCancellationRequested)
            {
                var left = options.Value.DatabaseWait - clock.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    throw new NodeStartException(DatabaseFault.Explain(error, sources), error);
                ClusterLog.DatabaseAwaited(log, error.Message, left);
            }
            catch (NpgsqlException error)
            {
                throw new NodeStartException(DatabaseFault.Explain(error, sources), error);
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CompareAsync(PostgresDataSources sources, CancellationToken cancellationToken)
    {
        await using var connection = await sources.Runtime.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var best = new ClockReading(TimeSpan.Zero, TimeSpan.MaxValue);
        for (var i = 0; i < Readings; i++)
        {
            var (askedAt, started) = (clock.Machine.GetUtcNow(), clock.GetTimestamp());
            var answer = (DateTime)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            var reading = ClockReading.Of(askedAt, clock.GetElapsedTime(started), new DateTimeOffset(answer, TimeSpan.Zero));
            if (reading.RoundTrip < best.RoundTrip)
                best = reading;
        }

        clock.Take(best);
    }
}
