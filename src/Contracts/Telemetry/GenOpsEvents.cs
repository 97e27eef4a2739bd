namespace GenOps.ControlPlane.Telemetry;

/// <summary>Event names of the GenOps specification (7.2, 8), and one of our own.</summary>
public static class GenOpsEvents
{
    public const string PolicyEvaluated = "genops.policy.evaluated";
    public const string BudgetReservation = "genops.budget.reservation";
    public const string BudgetReconciliation = "genops.budget.reconciliation";
    public const string CostCalculated = "genops.cost.calculated";
    public const string BudgetAlert = "genops.budget.alert";
    public const string EvaluationComplete = "genops.evaluation.complete";

    /// <summary>Ours: the authority that a workload ran on was revoked before it was settled.</summary>
    public const string AuthorityRevoked = "genops.authority.revoked";
}
