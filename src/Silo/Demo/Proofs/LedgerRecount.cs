using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
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
    private readonly Dictionary<DelegationId, HashSet<WorkloadId>> _revoked = [];

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

    /// <summary>
    /// The workloads that were admitted on a chain through <paramref name="delegation"/> after its revocation had become
    /// durable, and were not withdrawn; null if the ledger knows of no revocation.
    /// </summary>
    public IReadOnlyCollection<WorkloadId>? AdmittedAfterRevocation(DelegationId delegation) => _revoked.GetValueOrDefault(delegation);

    /// <summary>Takes the next entry; one that was taken before is passed over.</summary>
    /// <param name="entry">Entries come in the order in which they became durable.</param>
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
                BudgetOf(entry).Admit(reserved.Id, reserved.Scope, reserved.OnDemand, reserved.Amount, entry.At, reserved.Approval);
                foreach (var link in reserved.Decision.Chain ?? [])
                {
                    if (_revoked.TryGetValue(link, out var admitted))
                        admitted.Add(reserved.Id);
                }

                break;

            case WorkloadHeld held:
                BudgetOf(entry).Admit(held.Id, held.Scope, held.OnDemand, held.Amount, entry.At, held.Approval);
                break;

            case ApprovalHeld waiting:
                BudgetOf(entry).Admit(waiting.Id, waiting.Scope, waiting.OnDemand, waiting.Amount, entry.At);
                break;

            case ApprovalReleased ended:
                BudgetOf(entry).GiveBack(ended.Id);
                break;

            case BudgetLinkLimited limited:
                BudgetOf(entry).Limit(limited);
                break;

            case DelegationRevoked revoked:
                _revoked.TryAdd(revoked.Delegation, []);
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
                BudgetOf(entry).GiveBack(withdrawn.Id, withdrawn.Approval);
                foreach (var admitted in _revoked.Values)
                    admitted.Remove(withdrawn.Id);
                break;

            case WorkloadReconciled reconciled:
                BudgetOf(entry).Reconcile(reconciled);
                break;

            case WorkloadUnresolved unresolved:
                BudgetOf(entry).KeepUnresolved(unresolved);
                break;

            case WorkloadReleased released:
                BudgetOf(entry).GiveBack(released.Id, released.Approval);
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
