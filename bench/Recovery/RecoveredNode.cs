using System.Globalization;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Bench.Trees;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Workloads;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>
/// The node that comes back, in a process of its own as after a crash, so that nothing is warm. It says how long its
/// first call took, and is killed.
/// </summary>
internal static class RecoveredNode
{
    /// <summary>What its line of figures begins with.</summary>
    public const string Mark = "recovered ";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts on <paramref name="folder"/>, prints the milliseconds, those of processor time, and the bytes of the snapshot, and waits to be killed.</summary>
    /// <param name="folder">The data directory.</param>
    /// <param name="budget">The key of the budget asked.</param>
    /// <param name="goOn">Whether the budget then takes a workload, and what follows from that, a snapshot, is waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(string folder, string budget, bool goOn, CancellationToken cancellationToken)
    {
        // A load without a snapshot may take longer than callers wait.
        var options = new NodeOptions { Urls = "http://127.0.0.1:0", Data = folder, SiloPort = 0, GatewayPort = 0, ActorTimeout = TimeSpan.FromMinutes(5) };
        FirstCall? call = null;
        await using var node = NodeHost.Build(options, builder => builder.Services.Insert(
            0, ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>>(services => call = new FirstCall(services, budget))));
        await node.StartNodeAsync(cancellationToken);
        var (elapsed, processor) = await call!.Answered;
        var bytes = goOn ? await GoOnAsync(node, budget, cancellationToken) : 0;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Mark}{elapsed.TotalMilliseconds:0.000} {processor.TotalMilliseconds:0.000} {bytes}"));
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static async Task<int> GoOnAsync(WebApplication node, string budget, CancellationToken cancellationToken)
    {
        var grain = node.Services.GetRequiredService<IGrainFactory>().GetGrain<IBudgetGrain>(budget);
        var commands = new TreeCommands(ScopePath.Root);
        var id = WorkloadId.New(TimeProvider.System.GetUtcNow());
        var reply = await grain.ReserveAsync(commands.Reserve(id, "customer-000000"));
        if (!reply.Decision.Result.Admits())
            throw new BenchException($"the workload is refused: {reply.Decision.Reason}");
        await grain.SettleAsync(commands.Settle(id));

        var snapshots = node.Services.GetRequiredService<SnapshotStore>();
        while (true)
        {
            if (await snapshots.ReadAsync(grain.GetGrainId()) is { } snapshot)
                return snapshot.Payload.Length;
            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }
}
