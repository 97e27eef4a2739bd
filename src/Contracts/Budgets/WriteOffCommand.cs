using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Gives back what unresolved work still counts for: named one by one, or all of a span of time. Figures that arrive
/// later are recorded in full all the same.
/// </summary>
/// <param name="Reason">Why; required.</param>
/// <param name="Workloads">The workloads, at most 1,000; either these or <paramref name="Window"/>.</param>
/// <param name="Window">The span of time in which they were reserved.</param>
/// <param name="Scope">Only what this scope or one below was charged for; the whole budget if absent. Only with <paramref name="Window"/>.</param>
/// <param name="Id">The idempotency key, a name, unique in the budget: sent again, it writes nothing off that became unresolved since. Null for none.</param>
[GenerateSerializer, Immutable, Alias("genops.WriteOffCommand")]
public sealed record WriteOffCommand(
    string Reason,
    ImmutableArray<WorkloadId>? Workloads = null,
    WriteOffWindow? Window = null,
    ScopePath? Scope = null,
    string? Id = null);
