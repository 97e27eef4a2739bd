namespace GenOps.ControlPlane.Access;

public sealed class AccessTableTests
{
    /// <summary>Every role with all that it may do: whoever adds a permission has to say here who holds it.</summary>
    [Theory]
    [InlineData(Role.Service,
        "WorkloadDecide WorkloadSettle WorkloadRead UsageRecord BudgetRead PriceRead AgentRead DelegationRead DelegationWrite DelegationRevoke ApprovalRead GatewayRead")]
    [InlineData(Role.Approver,
        "WorkloadRead BudgetRead BudgetFreeze PriceRead AgentRead AgentSuspend DelegationRead DelegationWrite DelegationRevoke ApprovalRead ApprovalDecide TenantRead GatewayRead")]
    [InlineData(Role.Operator,
        "WorkloadRead UsageRecord BudgetRead BudgetWrite BudgetFreeze PriceRead PriceWrite AgentRead AgentWrite AgentSuspend "
        + "DelegationRead DelegationWrite DelegationRevoke ApprovalRead TenantRead TenantSuspend EvidenceRead ClusterRead GatewayRead")]
    [InlineData(Role.Auditor, "WorkloadRead BudgetRead PriceRead AgentRead DelegationRead ApprovalRead TenantRead KeyRead EvidenceRead ClusterRead GatewayRead")]
    [InlineData(Role.Admin,
        "WorkloadDecide WorkloadSettle WorkloadRead UsageRecord BudgetRead BudgetWrite BudgetFreeze PriceRead PriceWrite AgentRead AgentWrite AgentSuspend "
        + "DelegationRead DelegationWrite DelegationRevoke ApprovalRead ApprovalDecide TenantRead TenantWrite TenantSuspend KeyRead KeyWrite EvidenceRead ClusterRead GatewayRead")]
    public void Table_OfARole_HoldsExactlyItsPermissions(Role role, string permissions) =>
        Assert.Equal(
            permissions.Split(' ').Order(StringComparer.Ordinal),
            Enum.GetValues<Permission>().Where(permission => AccessTable.Allows(role, permission))
                .Select(permission => permission.ToString()).Order(StringComparer.Ordinal));

    [Fact]
    public void Table_OfNoRole_AllowsNothing() =>
        Assert.DoesNotContain(Enum.GetValues<Permission>(), permission => AccessTable.Allows((Role)99, permission));
}
