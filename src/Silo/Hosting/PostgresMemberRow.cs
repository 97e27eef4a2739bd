using System.Net;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <inheritdoc cref="IMemberRow"/>
internal sealed class PostgresMemberRow(
    PostgresDataSources sources, IServiceProvider services, IOptions<ClusterOptions> cluster, ReferenceClock clock) : IMemberRow
{
    private const string Sql =
        """
        SELECT clock_timestamp(),
               (SELECT status FROM genops.membership WHERE cluster_id = $1 AND address = $2 AND port = $3 AND generation = $4)
        """;

    /// <inheritdoc/>
    public async Task<MemberReading> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // After a failure the next look is on a connection of its own age: one that died without a word would cost another.
            sources.Member.Clear();
            throw;
        }
    }

    private async Task<MemberReading> LookAsync(CancellationToken cancellationToken)
    {
        var silo = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        await using var connection = await sources.Member.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster.Value.ClusterId });
        command.Parameters.Add(new NpgsqlParameter<IPAddress> { TypedValue = silo.Endpoint.Address, NpgsqlDbType = NpgsqlDbType.Inet });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = silo.Endpoint.Port });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = silo.Generation });

        var (askedAt, started) = (clock.Machine.GetUtcNow(), clock.GetTimestamp());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var roundTrip = clock.GetElapsedTime(started);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        SiloStatus? status = await reader.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) ? null : (SiloStatus)reader.GetInt32(1);
        return new MemberReading(status, ClockReading.Of(askedAt, roundTrip, reader.GetFieldValue<DateTimeOffset>(0)));
    }
}
