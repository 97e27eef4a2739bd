using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// Gets the database ready before anything of the node starts: waits for a PostgreSQL that does not answer yet, as when
/// everything is switched on at once, compares clocks before anything goes by one, and applies or checks the schema.
/// </summary>
internal sealed class DatabaseArrival(
    PostgresDataSources sources,
    PostgresSchema schema,
    ReferenceClock clock,
    IOptions<ClusterMemberOptions> member,
    IOptions<PostgresOptions> postgres,
    ILogger<DatabaseArrival> log) : INodePreparation
{
    private const int Readings = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    /// <exception cref="NodeStartException">It did not answer in time, or lets nobody in.</exception>
    /// <exception cref="PostgresSchemaException">The schema is another program's or another version's.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        await WaitAsync(
            sources.Runtime,
            async () => await CompareAsync(cancellationToken).ConfigureAwait(false),
            started,
            cancellationToken).ConfigureAwait(false);
        if (postgres.Value.Migrate)
            await WaitAsync(sources.Migration, () => schema.ApplyAsync(cancellationToken), started, cancellationToken).ConfigureAwait(false);
        await WaitAsync(sources.Runtime, () => schema.CheckAsync(cancellationToken), started, cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitAsync(NpgsqlDataSource source, Func<Task> act, long started, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await act().ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (DatabaseFault.IsPassing(error) && !cancellationToken.IsCancellationRequested)
            {
                var left = member.Value.DatabaseWait - clock.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    throw new NodeStartException(DatabaseFault.Explain(error, source), error);
                ClusterLog.DatabaseAwaited(log, error.Message, left);
            }
            catch (NpgsqlException error)
            {
                throw new NodeStartException(DatabaseFault.Explain(error, source), error);
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
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
