using System.Globalization;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using LedgerStreamId = GenOps.ControlPlane.Ledger.StreamId;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>What agents and delegations are called: the agent of a number was granted the delegation of that number.</summary>
/// <param name="Prefix">What tells them from those of other parts of the bench.</param>
internal sealed record ForestNames(string Prefix)
{
    /// <summary>The agent of this number.</summary>
    public AgentId Agent(int number) => AgentId.Parse(string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{number:000000}"));

    /// <summary>The delegation that it was granted.</summary>
    public DelegationId Delegation(int number) => DelegationId.Parse(string.Create(CultureInfo.InvariantCulture, $"d-{Prefix}-{number:000000}"));

    /// <summary>The grain key of the agent, which is its stream.</summary>
    public string Key(int number) => Agents.IAgentGrain.Key(NodeSetup.Tenant, Agent(number));

    /// <summary>The agent's stream.</summary>
    public LedgerStreamId Stream(int number) => new(Key(number));
}
