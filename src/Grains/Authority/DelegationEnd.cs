using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>How a delegation was taken away.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why.</param>
public sealed record DelegationEnd(DateTimeOffset At, Principal By, string Reason);
