using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>A cluster, prepared, with the client library connected to it.</summary>
internal sealed class MeasuredCluster : IAsyncDisposable
{
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(15);

    private readonly ServiceProvider _services;
    private readonly IGenOpsClient _client;

    private MeasuredCluster(ClusterOfSilos cluster, string key)
    {
        Cluster = cluster;
        _services = cluster.ConnectClient(ClusterOrganisation.Tenant.Value, key, client => client.AttemptTimeout = AttemptMax);
        _client = _services.GetRequiredService<IGenOpsClient>();
    }

    /// <summary>The cluster.</summary>
    public ClusterOfSilos Cluster { get; }

    /// <summary>Starts one on <paramref name="server"/>.</summary>
    public static async Task<MeasuredCluster> StartAsync(PostgresServer server, int silos, CancellationToken cancellationToken)
    {
        var cluster = await ClusterOfSilos.StartAsync(new ClusterOptions { Server = server, Silos = silos, Database = $"genops_{silos}" }, cancellationToken);
        try
        {
            await ClusterOrganisation.PrepareAsync(cluster, cancellationToken);
            return new MeasuredCluster(cluster, await cluster.ServiceKeyAsync(ClusterOrganisation.Tenant.Value, cancellationToken));
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets <paramref name="callers"/> ask and report for agents by chance.</summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public async Task<ClusterRound> RunAsync(int callers, TimeSpan ramp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp() + (long)(ramp.TotalSeconds * Stopwatch.Frequency);
        var until = from + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var asking = Enumerable.Range(0, callers).Select(number => Task.Run(() => CallAsync(number, from, until, cancellationToken), cancellationToken)).ToArray();
        await Task.Delay(ramp, TimeProvider.System, cancellationToken);
        var before = await ClusterUsage.SoFarAsync(Cluster, cancellationToken);
        await Task.WhenAll(asking);
        var elapsed = Stopwatch.GetElapsedTime(from);
        var usage = (await ClusterUsage.SoFarAsync(Cluster, cancellationToken)).Since(before);

        var (authorized, reconciled) = (new Latencies(), new Latencies());
        foreach (var caller in asking)
        {
            var (own, reports) = await caller;
            authorized.Add(own);
            reconciled.Add(reports);
        }

        return new ClusterRound(authorized, reconciled, elapsed, usage);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private async Task<(Latencies Authorized, Latencies Reconciled)> CallAsync(int number, long from, long until, CancellationToken cancellationToken)
    {
        var (authorized, reconciled, choices) = (new Latencies(), new Latencies(), new Random(number));
        while (Stopwatch.GetTimestamp() is var began && began < until)
        {
            var request = Asked.Request(NodeSetup.Agent(choices.Next(ClusterOrganisation.Agents)), WorkloadId.New(TimeProvider.System.GetUtcNow()));
            await using var workload = await _client.AuthorizeAsync(request, cancellationToken: cancellationToken);
            if (began >= from)
                authorized.AddSince(began);
            if (workload.Decision.Result != DecisionResult.Allowed)
                throw new BenchException($"{request.Id} must be allowed, but is {workload.Decision.Result}: {workload.Decision.ReasonCode} {workload.Decision.Reason}");

            var reported = Stopwatch.GetTimestamp();
            var settled = await workload.ReconcileAsync(Asked.Report, cancellationToken);
            if (began >= from)
                reconciled.AddSince(reported);
            if (settled.State != WorkloadState.Reconciled)
                throw new BenchException($"{request.Id} must be reconciled, but is {settled.State}");
        }

        return (authorized, reconciled);
    }
}
