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
    private static readonly Operation Operation = new("answer ticket", "inference");
    private static readonly Attribution Attribution = new("support", "helpdesk", "production", "customer-17", "chat");
    private static readonly Estimate Estimate = Estimate.OfTokens(900, 300);
    private static readonly Reconciliation Reconciliation = new(new TokenUsage(900, 120), LatencyMs: 840);

    private readonly Random _choices = new(number);

    /// <summary>How long its measured authorizations took.</summary>
    public Latencies Authorized { get; } = new();

    /// <summary>How long its measured reconciliations took.</summary>
    public Latencies Reconciled { get; } = new();

    /// <summary>Asks and reports until <paramref name="until"/>; counts pairs that begin at <paramref name="from"/> or later.</summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public async Task RunAsync(int budgets, long from, long until, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetTimestamp() is var now && now < until)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await PairAsync(budgets == 1 ? 0 : _choices.Next(budgets), isMeasured: now >= from);
        }
    }

    /// <summary>One authorization and its reconciliation.</summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public async Task PairAsync(int budget, bool isMeasured)
    {
        var agent = node.Agent(budget);
        var id = WorkloadId.New(TimeProvider.System.GetUtcNow());
        var request = new WorkloadRequest(NodeSetup.Agent(budget), Operation, Attribution, id, "openai", "gpt-4o-mini", Estimate: Estimate);

        var started = Stopwatch.GetTimestamp();
        var decision = await agent.AuthorizeAsync(request);
        if (isMeasured)
            Authorized.AddSince(started);
        if (decision.Result != DecisionResult.Allowed)
            throw new BenchException($"{id} must be allowed, but is {decision.Result}: {decision.ReasonCode} {decision.Reason}");

        started = Stopwatch.GetTimestamp();
        var settled = await agent.ReconcileAsync(id, Reconciliation);
        if (isMeasured)
            Reconciled.AddSince(started);
        if (settled.State != WorkloadState.Reconciled)
            throw new BenchException($"{id} must be reconciled, but is {settled.State}");
    }
}
