using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>Everything that matters, recounted from the entries of the ledger alone.</summary>
internal sealed class LedgerRecount
{
    private readonly SortedDictionary<BudgetRoot, ScopeLedger> _budgets = [];
    private readonly Dictionary<WorkloadId, RecordedDecision> _decisions = [];
    private readonly Dictionary<StreamId, LedgerHead> _heads = [];

    /// <summary>Each budget.</summary>
    public IReadOnlyDictionary<BudgetRoot, ScopeLedger> Budgets => _budgets;

    /// <summary>What was decided about each workload.</summary>
    public IReadOnlyDictionary<WorkloadId, RecordedDecision> Decisions => _decisions;

    /// <summary>How many entries were taken.</summary>
    public long Entries { get; private set; }

    /// <summary>The first entry that does not build on the one before, in words; null if all do.</summary>
    public string? BrokenLink { get; private set; }

    /// <summary>The largest admission beyond a limit in any budget; zero if there was none.</summary>
    public Quantity Overspend => _budgets.Values.Aggregate(Quantity.Zero, (most, budget) => Quantity.Max(most, budget.Overspend));

    /// <summary>Takes the next entry; one that was taken before is passed over.</summary>
    /// <param name="entry">Entries of one stream come in its order.</param>
    /// <returns>Whether it was new.</returns>
    public bool Take(LedgerEntry entry)
    {
        var head = _heads.GetValueOrDefault(entry.Stream);
        if (entry.Seq <= head.Seq)
            return false;

        if (entry.Seq != head.Seq + 1 || entry.Previous != head.Hash || EntryHash.Link(entry.Previous, entry.Text.Span) != entry.Hash)
            BrokenLink ??= $"{entry.Stream} #{entry.Seq} does not build on the entry before it";
        _heads[entry.Stream] = entry.Head;
        Entries++;
        Take(entry, EntryText.Read(entry));
        return true;
    }

    private void Take(LedgerEntry entry, LedgerEvent content)
    {
        switch (content)
        {
            case BudgetDefined defined:
                BudgetOf(entry).Define(defined.Definition);
                break;

            case WorkloadReserved reserved:
                Decide(reserved.Id, reserved.Decision.Result, reserved.Decision.ReasonCode);
                BudgetOf(entry).Admit(reserved.Id, reserved.Scope, reserved.Amount, entry.At);
                break;

            case WorkloadHeld held:
                BudgetOf(entry).Admit(held.Id, held.Scope, held.Amount, entry.At);
                break;

            case WorkloadRefused refused:
                Decide(refused.Id, refused.Decision.Result, refused.Decision.ReasonCode);
                break;

            case WorkloadAbandoned abandoned:
                Decide(abandoned.Id, DecisionResult.Blocked, ReasonCodes.WorkloadAbandoned);
                break;

            case WorkloadWithdrawn withdrawn:
                // Not a second decision: the admission was taken back before anybody was told.
                _decisions[withdrawn.Id] = _decisions[withdrawn.Id] with
                {
                    Result = withdrawn.Decision.Result,
                    ReasonCode = withdrawn.Decision.ReasonCode,
                };
                BudgetOf(entry).GiveBack(withdrawn.Id);
                break;

            case WorkloadReconciled reconciled:
                BudgetOf(entry).Reconcile(reconciled);
                break;

            case WorkloadUnresolved unresolved:
                BudgetOf(entry).KeepUnresolved(unresolved);
                break;

            case WorkloadReleased released:
                BudgetOf(entry).GiveBack(released.Id);
                break;

            case UsageRecorded usage:
                BudgetOf(entry).Record(usage, entry.At);
                break;
        }
    }

    private void Decide(WorkloadId id, DecisionResult result, string? reason) =>
        _decisions[id] = new RecordedDecision(result, reason, (_decisions.GetValueOrDefault(id)?.Times ?? 0) + 1);

    private ScopeLedger BudgetOf(LedgerEntry entry)
    {
        var root = BudgetRoot.Parse(entry.Stream.Name);
        if (!_budgets.TryGetValue(root, out var budget))
            _budgets.Add(root, budget = new ScopeLedger(root));
        return budget;
    }
}
