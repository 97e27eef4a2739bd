using System.Net;
using System.Net.Sockets;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>Metrics on a listener of their own need no credential; nothing else is there.</summary>
public sealed class MetricsListenerTests
{
    [Fact]
    public async Task Listener_OfItsOwn_ServesMetricsAndNothingElse()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var data = Directory.CreateTempSubdirectory("genops-metrics-").FullName;
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var options = new NodeOptions { Urls = "http://127.0.0.1:0", Data = data, SiloPort = 0, GatewayPort = 0, MetricsUrl = $"http://127.0.0.1:{port}" };
        await using (var node = NodeHost.Build(options, builder => builder.Logging.ClearProviders()))
        {
            await node.StartNodeAsync(cancellationToken);
            using var http = new HttpClient();
            var api = node.Urls.First();

            using var metrics = await http.GetAsync($"http://127.0.0.1:{port}/metrics", cancellationToken);
            using var health = await http.GetAsync($"http://127.0.0.1:{port}/health/live", cancellationToken);
            using var guarded = await http.GetAsync($"{api}/metrics", cancellationToken);
            using var live = await http.GetAsync($"{api}/health/live", cancellationToken);

            Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
            Assert.Contains("# TYPE", await metrics.Content.ReadAsStringAsync(cancellationToken), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, health.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, guarded.StatusCode);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            await node.StopAsync(cancellationToken);
        }

        Directory.Delete(data, recursive: true);
    }
}
