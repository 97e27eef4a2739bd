namespace GenOps.ControlPlane.Workloads;

/// <summary>Why a decision was not simply ALLOWED (specification, section 5, and our <c>x_</c> extensions).</summary>
public static class ReasonCodes
{
    public const string BudgetExceeded = "BUDGET_EXCEEDED";
    public const string BudgetReservationFailed = "BUDGET_RESERVATION_FAILED";
    public const string PolicyDenyModel = "POLICY_DENY_MODEL";
    public const string PolicyDenyRegion = "POLICY_DENY_REGION";
    public const string PolicyDenyContent = "POLICY_DENY_CONTENT";
    public const string RateLimited = "RATE_LIMITED";
    public const string SlaLatencyViolation = "SLA_LATENCY_VIOLATION";
    public const string ProviderErrorUpstream = "PROVIDER_ERROR_UPSTREAM";
    public const string AccountingInvariantViolation = "ACCOUNTING_INVARIANT_VIOLATION";

    /// <summary>A budget that the agent is bound to does not exist or is archived.</summary>
    public const string BudgetMissing = "x_budget_missing";

    /// <summary>Nobody said what the model costs.</summary>
    public const string PriceUnknown = "x_price_unknown";

    /// <summary>A limit is used above the percentage at which its budget warns.</summary>
    public const string BudgetThreshold = "x_budget_threshold";

    /// <summary>A scope that would be charged is frozen.</summary>
    public const string BudgetFrozen = "x_budget_frozen";

    /// <summary>A budget limits each value of an attribute that the request does not state.</summary>
    public const string AttributeMissing = "x_attribute_missing";

    /// <summary>The budget has as many scopes on demand as it may have.</summary>
    public const string ScopesExhausted = "x_scopes_exhausted";

    /// <summary>The agent is suspended.</summary>
    public const string AgentSuspended = "x_agent_suspended";

    /// <summary>The tenant is suspended or closed.</summary>
    public const string TenantSuspended = "x_tenant_suspended";

    /// <summary>The workload was given up before it was asked for: its id is spent.</summary>
    public const string WorkloadAbandoned = "x_workload_abandoned";

    /// <summary>No delegation was ever made to the agent, or one above it is missing.</summary>
    public const string AuthorityMissing = "x_authority_missing";

    /// <summary>A delegation of the chain has expired, or has not begun.</summary>
    public const string AuthorityExpired = "x_authority_expired";

    /// <summary>A delegation of the chain, or the key that asks, was revoked.</summary>
    public const string AuthorityRevoked = "x_authority_revoked";

    /// <summary>A limit of spend, the agent's budgets, or who approves was changed while this was decided: ask again with a new id.</summary>
    public const string AuthorityChanged = "x_authority_changed";

    /// <summary>The chain does not permit the operation's type.</summary>
    public const string CapabilityDenied = "x_capability_denied";

    /// <summary>The chain does not permit the tool.</summary>
    public const string ToolDenied = "x_tool_denied";

    /// <summary>The chain does not permit the provider.</summary>
    public const string ProviderDenied = "x_provider_denied";

    /// <summary>The chain does not permit a class of data.</summary>
    public const string DataDenied = "x_data_denied";

    /// <summary>The chain does not permit one workload to cost so much.</summary>
    public const string CostPerOperation = "x_cost_per_operation";

    /// <summary>As many workloads run at once as may.</summary>
    public const string ConcurrencyLimit = "x_concurrency_limit";

    /// <summary>A person has to approve first.</summary>
    public const string ApprovalRequired = "x_approval_required";

    /// <summary>A person denied exactly this action.</summary>
    public const string ApprovalDenied = "x_approval_denied";

    /// <summary>The approval that the request names has expired.</summary>
    public const string ApprovalExpired = "x_approval_expired";

    /// <summary>The approval that the request names was used.</summary>
    public const string ApprovalUsed = "x_approval_used";

    /// <summary>The approval that the request names does not exist, or is for another action.</summary>
    public const string ApprovalInvalid = "x_approval_invalid";
}
