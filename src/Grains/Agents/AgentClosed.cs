using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Agents;

/// <summary>The agent was removed.</summary>
public sealed record AgentClosed(Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesAway => true;
}
