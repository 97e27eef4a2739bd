using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Workloads;

/// <summary>How one budget stands to one workload after reconcile or release.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="Unit">The budget's unit.</param>
/// <param name="Reserved">What was held.</param>
/// <param name="Actual">What was consumed; null while unknown or never.</param>
/// <param name="Delta">Actual minus reserved; null with <paramref name="Actual"/>.</param>
/// <param name="State">Where the workload stands in this budget.</param>
/// <param name="Violation">ACCOUNTING_INVARIANT_VIOLATION where the order was wrong (an actual after a release), else null.</param>
/// <param name="PriceFallback">Whether the reserved model's price stood in for an unknown response model's.</param>
/// <param name="PriceBook">The version of the prices that <paramref name="Actual"/> was worked out with; null if none were.</param>
/// <param name="Rate">The rate of exchange used for it; null if none was.</param>
[GenerateSerializer, Immutable, Alias("genops.Settlement")]
public sealed record Settlement(
    BudgetRoot Budget,
    ScopePath Scope,
    Unit Unit,
    Quantity Reserved,
    Quantity? Actual,
    Quantity? Delta,
    WorkloadState State,
    string? Violation = null,
    bool PriceFallback = false,
    string? PriceBook = null,
    ExchangeRate? Rate = null);
