using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Trees;

/// <summary>What a budget's actor does with its tree in one turn, without the ledger: decide, verify, fold.</summary>
internal static class TreeTurns
{
    /// <summary>Admits a workload.</summary>
    /// <exception cref="BenchException">It is not admitted.</exception>
    public static WorkloadReserved Admit(this BudgetTree tree, ReserveCommand command, DateTimeOffset now) =>
        tree.Take(tree.Reserve(command, now), now) is WorkloadReserved { Decision.ReasonCode: null } reserved
            ? reserved
            : throw new BenchException($"{command.Id} must be allowed");

    /// <summary>Settles it.</summary>
    /// <exception cref="BenchException">It is not reconciled.</exception>
    public static WorkloadReconciled Reconcile(this BudgetTree tree, SettleCommand command, DateTimeOffset now) =>
        tree.Take(tree.Settle(command, tree.Find(command.Id)!)!, now) as WorkloadReconciled ?? throw new BenchException($"{command.Id} must be reconciled");

    /// <summary>Folds an event as an actor does.</summary>
    public static TEvent Take<TEvent>(this BudgetTree tree, TEvent content, DateTimeOffset now) where TEvent : LedgerEvent
    {
        tree.Verify(content, now);
        tree.Apply(content, now);
        return content;
    }
}
