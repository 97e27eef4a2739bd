using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Tells one budget of spend without a reservation.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Report">What the client reported.</param>
/// <param name="Hash">The report's content hash.</param>
/// <param name="Scope">The scope to charge.</param>
/// <param name="Charge">What it cost this budget; its amount is known.</param>
/// <param name="CommitsIn">The last budget, whose entry is the record; null if that is this one.</param>
/// <param name="Charged">What every budget is charged, in name order; only for the last one, whose entry keeps it.</param>
[GenerateSerializer, Immutable, Alias("genops.UsageCommand")]
public sealed record UsageCommand(
    WorkloadId Id,
    UsageReport Report,
    ContentHash Hash,
    ScopePath Scope,
    Charge Charge,
    BudgetRoot? CommitsIn,
    ImmutableArray<Settlement> Charged);
