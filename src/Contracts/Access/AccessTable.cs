using System.Collections.Frozen;

namespace GenOps.ControlPlane.Access;

/// <summary>The one table of role × permission, for HTTP and for the Orleans gateway.</summary>
public static class AccessTable
{
    private static readonly Permission[] Reads =
    [
        Permission.WorkloadRead, Permission.BudgetRead, Permission.PriceRead, Permission.AgentRead, Permission.DelegationRead,
        Permission.ApprovalRead, Permission.TenantRead, Permission.GatewayRead,
    ];

    private static readonly FrozenDictionary<Role, FrozenSet<Permission>> Table = new Dictionary<Role, Permission[]>
    {
        [Role.Service] =
        [
            Permission.WorkloadDecide, Permission.WorkloadSettle, Permission.WorkloadRead, Permission.UsageRecord,
            Permission.BudgetRead, Permission.PriceRead, Permission.AgentRead,
            Permission.DelegationRead, Permission.DelegationWrite, Permission.DelegationRevoke, Permission.ApprovalRead, Permission.GatewayRead,
        ],
        [Role.Approver] = 
        [
            .. Reads, Permission.AgentSuspend, Permission.BudgetFreeze, Permission.DelegationWrite, Permission.DelegationRevoke,
            Permission.ApprovalDecide,
        ],
        [Role.Operator] =
        [
            .. Reads, Permission.UsageRecord, Permission.BudgetWrite, Permission.BudgetFreeze, Permission.PriceWrite, Permission.AgentWrite,
            Permission.AgentSuspend, Permission.DelegationWrite, Permission.DelegationRevoke, Permission.TenantSuspend, Permission.EvidenceRead, Permission.ClusterRead,
        ],
        [Role.Auditor] = [.. Reads, Permission.KeyRead, Permission.EvidenceRead, Permission.ClusterRead],
        [Role.Admin] = Enum.GetValues<Permission>(),
    }.ToFrozenDictionary(row => row.Key, row => row.Value.ToFrozenSet());

    /// <summary>Whether <paramref name="role"/> may do what <paramref name="permission"/> names.</summary>
    public static bool Allows(Role role, Permission permission) =>
        Table.TryGetValue(role, out var allowed) && allowed.Contains(permission);
}
