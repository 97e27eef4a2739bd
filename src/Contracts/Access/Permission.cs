namespace GenOps.ControlPlane.Access;

/// <summary>One kind of thing that a caller may do, on both doors.</summary>
public enum Permission
{
    /// <summary>Ask for a decision, extend a hold.</summary>
    WorkloadDecide,

    /// <summary>Reconcile and release.</summary>
    WorkloadSettle,

    /// <summary>Read workloads.</summary>
    WorkloadRead,

    /// <summary>Report spend without a reservation.</summary>
    UsageRecord,

    /// <summary>Read budgets.</summary>
    BudgetRead,

    /// <summary>Create, change and archive budgets, adjust what is left in them, write off what nobody will report.</summary>
    BudgetWrite,

    /// <summary>Freeze and unfreeze a budget or a scope of it.</summary>
    BudgetFreeze,

    /// <summary>Read prices and quotes.</summary>
    PriceRead,

    /// <summary>Replace a tenant's own prices and its rates of exchange.</summary>
    PriceWrite,

    /// <summary>Read agents.</summary>
    AgentRead,

    /// <summary>Register, change and remove agents.</summary>
    AgentWrite,

    /// <summary>Suspend and resume an agent.</summary>
    AgentSuspend,

    /// <summary>Read delegations and their chains.</summary>
    DelegationRead,

    /// <summary>
    /// Make and change delegations: an agent's key those that the agent passes on, a person those from that person, an admin any.
    /// </summary>
    DelegationWrite,

    /// <summary>Revoke delegations: an agent's key those that the agent passed on, a person any.</summary>
    DelegationRevoke,

    /// <summary>Read approvals.</summary>
    ApprovalRead,

    /// <summary>Approve and deny.</summary>
    ApprovalDecide,

    /// <summary>Read a tenant.</summary>
    TenantRead,

    /// <summary>Create, change and close tenants.</summary>
    TenantWrite,

    /// <summary>The kill switch.</summary>
    TenantSuspend,

    /// <summary>List keys.</summary>
    KeyRead,

    /// <summary>Make and revoke keys.</summary>
    KeyWrite,

    /// <summary>Read and verify evidence.</summary>
    EvidenceRead,

    /// <summary>Read the state of the cluster and its metrics.</summary>
    ClusterRead,

    /// <summary>Learn the addresses of the cluster's gateways.</summary>
    GatewayRead,
}
