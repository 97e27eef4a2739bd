using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;

namespace GenOps.ControlPlane.Throttling;

/// <summary>How much an agent, or one of its delegations, may do at once and in a minute. What is null limits nothing.</summary>
/// <param name="MaxConcurrent">The most workloads that run at once.</param>
/// <param name="RequestsPerMinute">The most workloads in a minute.</param>
/// <param name="TokensPerMinute">The most tokens in a minute.</param>
internal readonly record struct LimitValues(int? MaxConcurrent, int? RequestsPerMinute, long? TokensPerMinute)
{
    /// <summary>Whether nothing is limited.</summary>
    public bool IsEmpty => MaxConcurrent is null && RequestsPerMinute is null && TokensPerMinute is null;

    /// <summary>Those of an agent.</summary>
    public static LimitValues Of(AgentLimits? limits) =>
        limits is null ? default : new LimitValues(limits.MaxConcurrent, limits.RequestsPerMinute, limits.TokensPerMinute);

    /// <summary>The least along a chain.</summary>
    public static LimitValues Of(AdmittedChain? chain) =>
        chain is null ? default : new LimitValues(chain.MaxConcurrent, chain.RequestsPerMinute, chain.TokensPerMinute);
}
