using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Gives a workload up because its action never ran.</summary>
internal sealed record ReleaseRequest
{
    /// <summary>Why, for the evidence; up to 256 bytes.</summary>
    public string? Reason { get; init; }

    /// <summary>The agent, needed only where the id may not have arrived yet, and even then only to name it in the evidence.</summary>
    public AgentId? Agent { get; init; }
}
