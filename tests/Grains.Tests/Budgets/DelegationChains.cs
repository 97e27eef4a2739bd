using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Commands of workloads on chains of delegations, and on approvals.</summary>
internal static class DelegationChains
{
    public static readonly BudgetRoot Root = BudgetRoot.Of(DelegationId.Parse("d-1"));

    public static SpendLink Link(string delegation, string limit, BudgetPeriod period = BudgetPeriod.Day, int version = 1) =>
        new(DelegationId.Parse(delegation), Quantity.Parse(limit), period, version);

    /// <summary>The command on a chain of these limits, whose last delegation is the last of them.</summary>
    public static ReserveCommand On(this ReserveCommand command, params SpendLink[] links) => command with
    {
        Chain = [.. links.Select(link => link.Delegation)],
        Spend = new SpendChain(Unit.Usd, [.. links]),
    };

    /// <summary>The command that holds the money for an approval first.</summary>
    public static ReserveCommand Until(this ReserveCommand command, DateTimeOffset end) => command with { HoldUntil = end };

    /// <summary>The command of a workload that is allowed on an approval.</summary>
    public static ReserveCommand With(this ReserveCommand command, WorkloadId hold, DateTimeOffset end) =>
        command with { Approval = new ApprovalUse(new ApprovalId(hold), end) };
}
