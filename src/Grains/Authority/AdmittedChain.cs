using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Authority;

/// <summary>A chain that permits a request, as far as authority alone can tell.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Approval">The topmost link whose condition asks for a person; null if none does.</param>
/// <param name="Spend">The limits of spend along it; null if there are none.</param>
/// <param name="MaxConcurrent">The least of its links; null for no limit.</param>
/// <param name="RequestsPerMinute">The least of its links; null for no limit.</param>
/// <param name="TokensPerMinute">The least of its links; null for no limit.</param>
public sealed record AdmittedChain(
    AuthorityChain Chain, Delegation? Approval, SpendChain? Spend, int? MaxConcurrent, int? RequestsPerMinute, long? TokensPerMinute);
