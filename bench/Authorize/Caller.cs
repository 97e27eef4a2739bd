using System.Diagnostics;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>One caller, who asks for a decision, then reports what the action cost, and asks again.</summary>
internal sealed class Caller(NodeConnection node, int number)
{
    private readonly Random _choices = new(number);

    /// <summary>How long its measured authorizations took.</summary>
    public Latencies Authorized { get; } = new();

    /// <summary>How long its measured reconciliations took.</summary>
    public Latencies Reconciled { get; } = new();

    /// <summary>How long its dry runs took.</summary>
    public Latencies Rehearsed { get; } = new();

    /// <summary>
    /// Asks and reports for the <paramref name="agents"/> agents from <paramref name="firstAgent"/> on, by chance, until
    /// <paramref name="until"/>; counts pairs that begin at <paramref name="from"/> or later.
    /// </summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public async Task RunAsync(int firstAgent, int agents, long from, long until, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetTimestamp() is var now && now < until)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await PairAsync(firstAgent + _choices.Next(agents), isMeasured: now >= from);
        }
    }

    /// <summary>A decision that holds nothing and writes nothing.</summary>
    public async Task DryRunAsync(int budget)
    {
        var request = Request(budget);
        var started = Stopwatch.GetTimestamp();
        await node.Agent(budget).AuthorizeAsync(request, dryRun: true);
        Rehearsed.AddSince(started);
    }

    /// <summary>One authorization and its reconciliation.</summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public async Task PairAsync(int budget, bool isMeasured)
    {
        var agent = node.Agent(budget);
        var request = Request(budget);
        var id = request.Id!.Value;

        var started = Stopwatch.GetTimestamp();
        var decision = await agent.AuthorizeAsync(request);
        if (isMeasured)
            Authorized.AddSince(started);
        if (decision.Result != DecisionResult.Allowed)
            throw new BenchException($"{id} must be allowed, but is {decision.Result}: {decision.ReasonCode} {decision.Reason}");

        started = Stopwatch.GetTimestamp();
        var settled = await agent.ReconcileAsync(id, Asked.Report);
        if (isMeasured)
            Reconciled.AddSince(started);
        if (settled.State != WorkloadState.Reconciled)
            throw new BenchException($"{id} must be reconciled, but is {settled.State}");
    }

    private static WorkloadRequest Request(int budget) => Asked.Request(NodeSetup.Agent(budget), WorkloadId.New(TimeProvider.System.GetUtcNow()));
}
