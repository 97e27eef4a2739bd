using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>A decision that a caller was told.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Answer">What was answered, as canonical text.</param>
/// <param name="Body">What was answered over HTTP, byte for byte; null over the client library.</param>
public sealed record AcknowledgedDecision(WorkloadRequest Request, string Answer, string? Body)
{
    /// <summary>What the ledger has to say.</summary>
    public (string Id, string Answer) Kept => (Request.Id.ToString()!, Answer);
}
