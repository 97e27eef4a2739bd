using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Cluster.Tests.Hosting;

/// <summary>Three members of one cluster in this process, on a PostgreSQL of their own, started at once on an empty database.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("genops-three-").FullName;
    private PostgresServer? _server;

    /// <summary>The database.</summary>
    public PostgresDatabase Database { get; private set; } = null!;

    /// <summary>The nodes.</summary>
    public IReadOnlyList<WebApplication> Nodes { get; private set; } = [];

    /// <summary>The data directory of each.</summary>
    public IEnumerable<string> DataDirectories => Enumerable.Range(0, 3).Select(number => Path.Combine(_data, $"{number}"));

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartNewAsync();
        Database = await _server.CreateDatabaseAsync("genops", CancellationToken.None);
        Nodes = [.. DataDirectories.Select(Build)];
        await Task.WhenAll(Nodes.Select(node => node.StartNodeAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.StopAsync();
            await node.DisposeAsync();
        }

        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private WebApplication Build(string data) => NodeHost.Build(
        new NodeOptions { Storage = NodeStorage.Postgres, Urls = "http://127.0.0.1:0", Data = data, SiloPort = 0, GatewayPort = 0 },
        builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration["GenOps:Postgres:ConnectionString"] = Database.Runtime;
            builder.Configuration["GenOps:Postgres:MigrationConnectionString"] = Database.Migration;
        });
}
