using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Everything that the ledger says about one workload.</summary>
public sealed class WorkloadRecord
{
    private readonly SortedDictionary<BudgetRoot, Holding> _holdings = [];
    private readonly SortedDictionary<BudgetRoot, Settlement> _settlements = [];
    private readonly Dictionary<BudgetRoot, WorkloadHeld> _holds = [];
    private readonly Dictionary<BudgetRoot, ApprovalHeld> _approvalHolds = [];

    private WorkloadRecord(WorkloadId id, ImmutableArray<LedgerEntry> entries)
    {
        Id = id;
        Entries = entries;
    }

    /// <summary>The workload.</summary>
    public WorkloadId Id { get; }

    /// <summary>Its entries, the one that decides first, then by stream and number.</summary>
    public ImmutableArray<LedgerEntry> Entries { get; }

    /// <summary>The agent that asked; null if the workload was given up before it arrived.</summary>
    public AgentId? Agent { get; private set; }

    /// <summary>What was asked; null if it was never decided.</summary>
    public WorkloadRequest? Request { get; private set; }

    /// <summary>The content hash of what was asked or reported; null if the workload was given up before it arrived.</summary>
    public ContentHash? Hash { get; private set; }

    /// <summary>The decision that counts; null if there is none: only holds, or spend without a reservation.</summary>
    public Decision? Decision { get; private set; }

    /// <summary>When it was decided.</summary>
    public DateTimeOffset DecidedAt { get; private set; }

    /// <summary>The budget whose entry decides, or would decide; null if the agent refused, or nothing is known.</summary>
    public BudgetRoot? CommitsIn { get; private set; }

    /// <summary>Whether this is spend without a reservation.</summary>
    public bool IsUsage { get; private set; }

    /// <summary>Whether it was given up before it arrived: only a tombstone is recorded.</summary>
    public bool IsAbandoned => Decision is not null && Request is null;

    /// <summary>Whether this is no workload, but what budgets hold for an approval.</summary>
    public bool IsApproval => _approvalHolds.Count > 0 && Request is null && _holds.Count == 0;

    /// <summary>
    /// What each budget was asked to hold for the approval. Whether it still does is not said here: it also ends with the
    /// workload that is allowed on it.
    /// </summary>
    public IReadOnlyDictionary<BudgetRoot, ApprovalHeld> ApprovalHolds => _approvalHolds;

    /// <summary>How each budget stands to it.</summary>
    public IReadOnlyDictionary<BudgetRoot, Holding> Holdings => _holdings;

    /// <summary>What the budgets that hold for a decision elsewhere answered.</summary>
    public IReadOnlyDictionary<BudgetRoot, WorkloadHeld> Holds => _holds;

    /// <summary>What each budget answered last, in name order.</summary>
    public ImmutableArray<Settlement> Settlements => [.. _settlements.Values];

    /// <summary>Where it stands over all its budgets: as unsettled as the least settled.</summary>
    public WorkloadState State
    {
        get
        {
            if (_holdings.Count == 0 || Decision is { } decision && !decision.Result.Admits())
                return WorkloadState.Refused;

            foreach (var state in (ReadOnlySpan<WorkloadState>)[WorkloadState.Open, WorkloadState.Unresolved, WorkloadState.Reconciled])
            {
                if (_holdings.Values.Any(holding => holding.State == state))
                    return state;
            }

            return WorkloadState.Released;
        }
    }

    /// <summary>What the ledger says about the workload; null if nothing.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public static async Task<WorkloadRecord?> FindAsync(
        ILedgerReader reader, TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default)
    {
        try
        {
            return Of(id, await reader.FindWorkloadAsync(tenant, id, cancellationToken));
        }
        catch (Exception error) when (error is not (GenOpsException or OperationCanceledException))
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }
    }

    /// <summary>The record that <paramref name="entries"/> make; null if there are none.</summary>
    /// <exception cref="InvalidDataException">An entry can't be read.</exception>
    public static WorkloadRecord? Of(WorkloadId id, ImmutableArray<LedgerEntry> entries)
    {
        if (entries.IsEmpty)
            return null;

        var record = new WorkloadRecord(id, entries);

        // Units stand in the decision, so it goes first; what a budget did follows in the budget's own order.
        foreach (var entry in entries)
            record.Take(entry);
        return record;
    }

    private void Take(LedgerEntry entry)
    {
        var root = entry.Stream.Value.StartsWith("b/", StringComparison.Ordinal) ? BudgetRoot.Parse(entry.Stream.Name) : (BudgetRoot?)null;
        switch (EntryText.Read(entry))
        {
            case WorkloadReserved reserved:
                Decide(reserved.Request, reserved.Hash, reserved.Decision, entry.At, root);
                foreach (var reservation in reserved.Decision.Reservations)
                    _settlements[reservation.Budget] = Open(reservation);
                _holdings[root!.Value] = new Holding(reserved.Scope, entry.At, reserved.Amount, WorkloadState.Open, reserved.ExpiresAt, null, OnDemand: reserved.OnDemand);
                break;

            case WorkloadHeld held:
                Agent ??= held.Agent;
                Hash ??= held.Hash;

                // Undecided, and the agent was bound anew between two attempts: the last one in name order ends the chain.
                if (Decision is null && (CommitsIn is not { } known || held.CommitsIn.CompareTo(known) > 0))
                    CommitsIn = held.CommitsIn;
                _holdings[root!.Value] = new Holding(held.Scope, entry.At, held.Amount, WorkloadState.Open, held.ExpiresAt, held.CommitsIn, OnDemand: held.OnDemand);
                _holds[root.Value] = held;
                break;

            case ApprovalHeld held:
                Hash ??= held.Hash;
                _holdings[root!.Value] = new Holding(
                    held.Scope, entry.At, held.Amount, WorkloadState.Open, held.ExpiresAt, null, OnDemand: held.OnDemand, IsForApproval: true);
                _approvalHolds[root.Value] = held;
                break;

            case ApprovalReleased:
                Update(root!.Value, holding => holding with { State = WorkloadState.Released, WasGivenBack = true });
                break;

            case WorkloadRefused refused:
                Decide(refused.Request, refused.Hash, refused.Decision, entry.At, root);
                break;

            case WorkloadAbandoned abandoned:
                CommitsIn = root;
                DecidedAt = entry.At;
                Decision = new Decision(
                    Id, DecisionResult.Blocked, ReasonCodes.WorkloadAbandoned,
                    $"the workload was given up before it arrived: {abandoned.Reason}; ask with a new id", "its release", [], null, default);
                break;

            case WorkloadWithdrawn withdrawn:
                Decision = withdrawn.Decision;
                Update(root!.Value, holding => holding with { State = WorkloadState.Refused });
                break;

            case WorkloadReconciled reconciled:
                Update(root!.Value, holding => holding with
                {
                    State = WorkloadState.Reconciled,
                    Actual = reconciled.Actual,
                    Report = reconciled.Report,
                });
                Settle(root.Value, settlement => settlement with
                {
                    Actual = reconciled.Actual,
                    Delta = reconciled.Actual - reconciled.Reserved,
                    State = WorkloadState.Reconciled,
                    Violation = reconciled.Violation,
                    PriceFallback = reconciled.PriceFallback,
                    PriceBook = reconciled.PriceBook,
                    Rate = reconciled.Rate,
                });
                break;

            case WorkloadUnresolved unresolved:
                Update(root!.Value, holding => holding with { State = WorkloadState.Unresolved });
                Settle(root.Value, settlement => settlement with { State = WorkloadState.Unresolved, Violation = unresolved.Violation });
                break;

            case WorkloadReleased released:
                Update(root!.Value, holding => holding with
                {
                    State = WorkloadState.Released,
                    ReleasedByClient = holding.ReleasedByClient || released.Cause == ReleaseCause.Requested,
                    WasGivenBack = true,
                });
                Settle(root.Value, settlement => settlement with { State = WorkloadState.Released });
                break;

            case WorkloadExtended extended:
                Update(root!.Value, holding => holding with { ExpiresAt = extended.ExpiresAt });
                break;

            case UsageRecorded usage:
                IsUsage = true;
                Agent ??= usage.Report.Agent;
                Hash ??= usage.Hash;
                DecidedAt = entry.At;
                CommitsIn ??= usage.CommitsIn ?? root;
                _holdings[root!.Value] = new Holding(
                    usage.Scope, entry.At, Quantity.Zero, WorkloadState.Reconciled, entry.At, usage.CommitsIn, usage.Actual);
                foreach (var settlement in usage.Charged ?? [])
                    _settlements[settlement.Budget] = settlement;
                break;
        }
    }

    private static Settlement Open(Reservation reservation) =>
        new(reservation.Budget, reservation.Scope, reservation.Unit, reservation.Amount, null, null, WorkloadState.Open);

    private void Decide(WorkloadRequest request, ContentHash hash, Decision decision, DateTimeOffset at, BudgetRoot? root)
    {
        Agent = request.Agent;
        Request = request;
        Hash = hash;
        Decision = decision;
        DecidedAt = at;
        CommitsIn = root;
    }

    private void Update(BudgetRoot root, Func<Holding, Holding> change)
    {
        if (_holdings.TryGetValue(root, out var holding))
            _holdings[root] = change(holding);
    }

    private void Settle(BudgetRoot root, Func<Settlement, Settlement> change)
    {
        if (_settlements.TryGetValue(root, out var settlement))
            _settlements[root] = change(settlement);
    }
}
