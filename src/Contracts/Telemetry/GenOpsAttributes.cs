namespace GenOps.ControlPlane.Telemetry;

/// <summary>Attribute names of the GenOps specification (7.1, 6.3, 7.3) and the few of our own. All start with <c>genops.</c>.</summary>
public static class GenOpsAttributes
{
    public const string SpecVersion = "genops.spec.version";

    /// <summary>The version of the specification that this product emits.</summary>
    public const string SpecVersionValue = "0.1.0";

    public const string Team = "genops.team";
    public const string Project = "genops.project";
    public const string Environment = "genops.environment";
    public const string CustomerId = "genops.customer_id";
    public const string Feature = "genops.feature";
    public const string SessionId = "genops.session_id";
    public const string CostCenter = "genops.cost_center";

    public const string OperationName = "genops.operation.name";
    public const string OperationType = "genops.operation.type";

    public const string PolicyResult = "genops.policy.result";
    public const string PolicyReasonCode = "genops.policy.reason_code";
    public const string PolicyReason = "genops.policy.reason";
    public const string PolicyName = "genops.policy.name";

    /// <summary>When the decision was made: int64, Unix milliseconds.</summary>
    public const string PolicyTimestamp = "genops.policy.timestamp";

    public const string AccountingReserved = "genops.accounting.reserved";
    public const string AccountingActual = "genops.accounting.actual";
    public const string AccountingUnit = "genops.accounting.unit";
    public const string AccountingReconciliationDelta = "genops.accounting.reconciliation_delta";

    /// <summary>Ours: true on a reconciliation that had to do without figures.</summary>
    public const string AccountingIncomplete = "genops.accounting.incomplete";

    /// <summary>Ours: what the workload may cost at most, where less than that is held.</summary>
    public const string AccountingWorstCase = "genops.accounting.worst_case";

    public const string BudgetName = "genops.budget.name";
    public const string BudgetAllocated = "genops.budget.allocated";
    public const string BudgetConsumed = "genops.budget.consumed";
    public const string BudgetRemaining = "genops.budget.remaining";
    public const string BudgetPeriod = "genops.budget.period";

    /// <summary>Ours: the percentage of a limit that was crossed, int64.</summary>
    public const string BudgetThreshold = "genops.budget.threshold";

    public const string CostTotal = "genops.cost.total";
    public const string CostCurrency = "genops.cost.currency";
    public const string CostProvider = "genops.cost.provider";
    public const string CostModel = "genops.cost.model";

    public const string TokensInput = "genops.tokens.input";
    public const string TokensOutput = "genops.tokens.output";
    public const string TokensTotal = "genops.tokens.total";

    public const string SlaTier = "genops.sla.tier";
    public const string SlaLatencyTargetMs = "genops.sla.latency_target_ms";
    public const string SlaActualLatencyMs = "genops.sla.actual_latency_ms";
    public const string SlaMet = "genops.sla.met";

    public const string EvalMetric = "genops.eval.metric";
    public const string EvalScore = "genops.eval.score";
    public const string EvalThreshold = "genops.eval.threshold";
    public const string EvalPassed = "genops.eval.passed";

    /// <summary>Ours: the workload's id.</summary>
    public const string WorkloadId = "genops.workload.id";

    /// <summary>Ours: where the workload stood when its span ended: refused, released, reconciled or unresolved.</summary>
    public const string WorkloadState = "genops.workload.state";

    /// <summary>Ours: true if the workload's authority was revoked while it ran.</summary>
    public const string AuthorityRevoked = "genops.authority.revoked";

    /// <summary>Ours: how a revocation reached the running workload: <c>pushed</c>, or <c>renewal</c> if the push did not.</summary>
    public const string AuthorityNotice = "genops.authority.notice";

    /// <summary>Ours: the tenant.</summary>
    public const string Tenant = "genops.tenant";

    /// <summary>Ours: the agent.</summary>
    public const string Agent = "genops.agent";
}
