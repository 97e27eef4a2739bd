using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Has the ledger's next partitions made in good time. Every node does it; the database lets one at a time.</summary>
internal sealed partial class PostgresPartitions(
    PostgresDataSources sources, IOptions<PostgresOptions> options, TimeProvider clock, ILogger<PostgresPartitions> logger) : BackgroundService
{
    /// <summary>Makes what is due.</summary>
    /// <returns>Whether it succeeded.</returns>
    public async Task<bool> MakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var command = sources.Runtime.CreateCommand("SELECT partitions_made, months_left_out, default_in_use FROM genops.make_partitions($1)");
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.Value.PartitionsAhead });
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                    if (reader.GetInt32(0) is > 0 and var made)
                        PartitionsMade(made);
                    if (reader.GetInt32(1) is > 0 and var leftOut)
                        MonthsLeftOut(leftOut);
                    NodeInstruments.PartitionsSeen(reader.GetBoolean(2));
                    if (reader.GetBoolean(2))
                        DefaultInUse();
                }
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            PartitionsFailed(exception, options.Value.PartitionsRetryDelay);
            return false;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var delay = await MakeAsync(stoppingToken).ConfigureAwait(false) ? options.Value.PartitionsInterval : options.Value.PartitionsRetryDelay;
                await Task.Delay(delay, clock, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    [LoggerMessage(EventId = 3211, Level = LogLevel.Information, Message = "{Count} partitions of the ledger made.")]
    private partial void PartitionsMade(int count);

    [LoggerMessage(EventId = 3212, Level = LogLevel.Warning,
        Message = "{Count} months get no partition of their own, because the default partition holds too many of their entries. Nothing is lost or slower; such a month can't be archived by itself.")]
    private partial void MonthsLeftOut(int count);

    [LoggerMessage(EventId = 3213, Level = LogLevel.Warning,
        Message = "Table genops.ledger_default holds entries: a node's clock was months off, or partitions were not made in time.")]
    private partial void DefaultInUse();

    [LoggerMessage(EventId = 3214, Level = LogLevel.Error,
        Message = "The ledger's partitions could not be made; the next attempt is in {Delay}. Entries are kept in the default partition meanwhile.")]
    private partial void PartitionsFailed(Exception exception, TimeSpan delay);
}
