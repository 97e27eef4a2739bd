using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The budget was created or changed; usage stays as it was.</summary>
public sealed record BudgetDefined(BudgetDefinition Definition, Principal By) : LedgerEvent;
