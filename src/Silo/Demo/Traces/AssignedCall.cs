using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Traces;

/// <summary>A call of the trace with what the trace does not say: who made it and how.</summary>
/// <param name="Call">The call.</param>
/// <param name="Agent">The agent that acts.</param>
/// <param name="Attribution">Whom it is for.</param>
/// <param name="Provider">The provider's name in the price book.</param>
/// <param name="Model">The model's name in the price book.</param>
/// <param name="OutputTokensMax">The most tokens that it asks for; it is known to have produced more in a few cases.</param>
/// <param name="Ending">How it ends if it is allowed.</param>
internal sealed record AssignedCall(
    TraceCall Call,
    AgentId Agent,
    Attribution Attribution,
    string Provider,
    string Model,
    long OutputTokensMax,
    CallEnding Ending)
{
    /// <summary>What it consumes at most, as it is asked for.</summary>
    public TokenUsage Estimate => new(Call.ContextTokens, OutputTokensMax);

    /// <summary>What it consumed.</summary>
    public TokenUsage Actual => new(Call.ContextTokens, Call.GeneratedTokens);

    /// <summary>What is asked for it.</summary>
    public WorkloadRequest Request => new(
        Agent,
        new Operation("chat", "inference"),
        Attribution,
        Provider: Provider,
        Model: Model,
        Estimate: Workloads.Estimate.OfTokens(Call.ContextTokens, OutputTokensMax));
}
