using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Node;

/// <summary>What callers ask of this product and report to it, the same in every bench.</summary>
internal static class Asked
{
    private static readonly Operation Operation = new("answer ticket", "inference");
    private static readonly Attribution Attribution = new("support", "helpdesk", "production", "customer-17", "chat");
    private static readonly Estimate Estimate = Estimate.OfTokens(900, 300);

    /// <summary>The report of what it took.</summary>
    public static Reconciliation Report { get; } = new(new TokenUsage(900, 120), LatencyMs: 840);

    /// <summary>A report of less.</summary>
    public static Reconciliation OtherReport { get; } = new(new TokenUsage(900, 100), LatencyMs: 840);

    /// <summary>A request that names model and tokens, so that the price book is asked.</summary>
    public static WorkloadRequest Request(AgentId agent, WorkloadId id) => new(agent, Operation, Attribution, id, "openai", "gpt-4o-mini", Estimate: Estimate);
}
