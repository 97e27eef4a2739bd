using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A budget's answer to <see cref="ReserveCommand"/>.</summary>
/// <param name="Decision">
/// The decision if this budget made it or knows it; for a hold that stands, ALLOWED with this budget's reservation.
/// </param>
/// <param name="Decided">Whether the decision is final: recorded here or elsewhere.</param>
/// <param name="Replayed">Whether it was recorded before this command.</param>
/// <param name="Epoch">The epoch that the ledger was at when the entry became durable.</param>
[GenerateSerializer, Immutable, Alias("genops.ReserveReply")]
public sealed record ReserveReply(Decision Decision, bool Decided, bool Replayed, Epoch Epoch);
