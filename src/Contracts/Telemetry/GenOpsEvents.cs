namespace GenOps.ControlPlane.Telemetry;

/// <summary>Event names of the GenOps specification (7.2, 8).</summary>
public static class GenOpsEvents
{
    public const string PolicyEvaluated = "genops.policy.evaluated";
    public const string BudgetReservation = "genops.budget.reservation";
    public const string BudgetReconciliation = "genops.budget.reconciliation";
    public const string CostCalculated = "genops.cost.calculated";
    public const string BudgetAlert = "genops.budget.alert";
    public const string EvaluationComplete = "genops.evaluation.complete";
}
