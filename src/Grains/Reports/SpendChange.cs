using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>By how much one entry changes what a scope spent and holds.</summary>
/// <param name="Instant">The instant whose windows change.</param>
/// <param name="Key">What spend is summed by; null for an adjustment, which is no workload's.</param>
/// <param name="Spent">Of actuals, debits and credits.</param>
/// <param name="Reserved">Of what running work holds.</param>
/// <param name="Unresolved">Of what work without an end holds.</param>
/// <param name="Overrun">Of the part of spent that no reservation covered.</param>
/// <param name="Calls">Of the workloads that spent or hold something: 1, 0 or -1.</param>
internal readonly record struct SpendChange(
    DateTimeOffset Instant,
    SpendKey? Key,
    Quantity Spent = default,
    Quantity Reserved = default,
    Quantity Unresolved = default,
    Quantity Overrun = default,
    int Calls = 0);
