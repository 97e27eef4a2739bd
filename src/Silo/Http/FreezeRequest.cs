using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Freezes a scope, or ends that.</summary>
internal sealed record FreezeRequest
{
    /// <summary>The scope; the whole budget if absent.</summary>
    public ScopePath? Scope { get; init; }

    /// <summary>The idempotency key, a name unique in the budget: sent again later, it changes nothing. None if absent.</summary>
    public string? Id { get; init; }

    /// <summary>Why, for the evidence; up to 256 bytes.</summary>
    public string? Reason { get; init; }
}
