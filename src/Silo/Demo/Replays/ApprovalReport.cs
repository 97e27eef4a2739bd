using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>How an action went that a person had to approve.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Agent">The agent that asked.</param>
/// <param name="Delegation">The delegation whose condition asks for a person.</param>
/// <param name="Condition">The condition.</param>
/// <param name="ReasonCode">What the agent was refused with first.</param>
/// <param name="RequestedBy">Whose key asked.</param>
/// <param name="ApprovedBy">Who approved.</param>
/// <param name="Result">What the agent was answered then.</param>
/// <param name="WaitedMs">How long it waited for that, in milliseconds.</param>
internal sealed record ApprovalReport(
    ApprovalId Id,
    AgentId Agent,
    DelegationId Delegation,
    string Condition,
    string ReasonCode,
    Principal RequestedBy,
    Principal? ApprovedBy,
    DecisionResult Result,
    double WaitedMs)
{
    /// <summary>The calls themselves: the refused one, and the one that named the approval.</summary>
    [JsonIgnore]
    public required ImmutableArray<ExtraCall> Calls { get; init; }
}
