using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Corrects what a scope has left, by hand. It is an entry of its own; no figure of a workload changes.</summary>
/// <param name="Id">The idempotency key: a name, unique in the budget.</param>
/// <param name="Amount">
/// Without <paramref name="Until"/>: a credit if positive, which lowers what is spent of this scope and all above it in
/// the running windows, and a debit if negative. With <paramref name="Until"/>: by how much the scope's limits are
/// raised, more than 0.
/// </param>
/// <param name="Reason">Why; required.</param>
/// <param name="Scope">The scope; the root if absent.</param>
/// <param name="Until">The instant at which a raise ends.</param>
/// <param name="Period">The limit raised; all of the scope's if absent. Only with <paramref name="Until"/>.</param>
[GenerateSerializer, Immutable, Alias("genops.AdjustCommand")]
public sealed record AdjustCommand(
    string Id,
    Quantity Amount,
    string Reason,
    ScopePath? Scope = null,
    DateTimeOffset? Until = null,
    BudgetPeriod? Period = null);
