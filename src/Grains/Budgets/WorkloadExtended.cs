using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The hold stands, mostly longer: its client knows of it, so that it can't be withdrawn.</summary>
/// <param name="Id">The workload.</param>
/// <param name="ExpiresAt">Until when.</param>
public sealed record WorkloadExtended(WorkloadId Id, DateTimeOffset ExpiresAt) : WorkloadEvent(Id);
