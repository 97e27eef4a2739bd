using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The scope and all below it take no reservation from now on.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who.</param>
/// <param name="Id">The idempotency key; null if none was given.</param>
public sealed record BudgetFrozen(ScopePath Scope, string Reason, Principal By, string? Id = null) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesAway => true;
}
