using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// What becomes of a hold, and spend that never had one.
public sealed partial class BudgetTree
{
    /// <summary>
    /// Records what a workload consumed; no event if that is recorded already.
    /// </summary>
    /// <param name="command">What was reported.</param>
    /// <param name="holding">How this budget stands to the workload, from memory or from the ledger.</param>
    /// <exception cref="ConflictException">Other figures are final, or the workload was never admitted.</exception>
    public WorkloadEvent? Settle(SettleCommand command, Holding holding)
    {
        var violation = holding.ReleasedByClient ? ReasonCodes.AccountingInvariantViolation : null;
        var (actual, _) = Cost(command.Charge, holding.ReservedAt);
        switch (holding.State)
        {
            case WorkloadState.Refused:
                throw new ConflictException(
                    "not_admitted", $"the workload {command.Id} was refused; report what was spent all the same with POST /usage and a new id");

            case WorkloadState.Reconciled:
                // The same report once more, also where it would cost something else by now.
                return actual is null || actual == holding.Actual
                    || holding.Report is { } report && ContentHash.Of(report) == ContentHash.Of(command.Report)
                    ? null
                    : throw new ConflictException(
                        "already_resolved", $"the workload {command.Id} is reconciled with {holding.Actual} {Unit} in {root}, not {actual}");

            case WorkloadState.Unresolved when actual is null:
                return null;

            // It was written off, or given back when its time had come: that it is still not known what it cost says nothing new.
            case WorkloadState.Released when actual is null && !holding.ReleasedByClient:
                return null;
        }

        if (actual is not { } consumed)
        {
            return new WorkloadUnresolved(
                command.Id, holding.Scope, holding.ReservedAt, holding.State, holding.Amount,
                command.Charge.PriceFault ?? "no figures were reported", command.Report, violation, holding.OnDemand);
        }

        // Money that was given back may be held by others since: no admission covers any of this actual.
        var covered = holding is { IsHeld: true, WasGivenBack: false } ? holding.Amount : Quantity.Zero;
        return new WorkloadReconciled(
            command.Id, holding.Scope, holding.ReservedAt, holding.State, holding.Amount, consumed, command.Report,
            PriceBookOf(command.Charge, holding.ReservedAt), command.Charge.PriceFallback, violation, holding.OnDemand,
            Quantity.Max(consumed - covered, Quantity.Zero), command.Charge.Rate);
    }

    /// <summary>Gives a hold back; no event if that was done.</summary>
    /// <exception cref="ConflictException">Figures are final.</exception>
    public WorkloadReleased? Release(WorkloadId id, Holding holding, ReleaseCause cause, string reason) => holding.State switch
    {
        WorkloadState.Reconciled => throw new ConflictException(
            "already_resolved", $"the workload {id} is reconciled with {holding.Actual} {Unit} in {root}: what was spent can't be given back"),
        WorkloadState.Released or WorkloadState.Refused => null,
        _ => Released(id, holding, cause, reason, null),
    };

    /// <summary>Gives back what is held for an approval; no event if nothing is any more.</summary>
    /// <exception cref="ConflictException"><c>approval_hold</c>: its client asks for it.</exception>
    public ApprovalReleased? ReleaseApproval(WorkloadId id, ReleaseCause cause, string reason)
    {
        if (cause == ReleaseCause.Requested)
        {
            throw new ConflictException(
                "approval_hold", $"{id} is no workload: it holds money for the approval {new ApprovalId(id)}, until a person decides or its time is over");
        }

        return _holdings.Find(id) is { IsForApproval: true } holding
            ? new ApprovalReleased(id, holding.Scope, holding.ReservedAt, holding.Amount, cause, reason, holding.OnDemand)
            : null;
    }

    /// <summary>Takes an admission back that nobody was told of.</summary>
    public WorkloadWithdrawn Withdraw(WorkloadId id, Holding holding, Decision refusal) =>
        new(id, holding.Scope, holding.ReservedAt, holding.Amount, refusal, Comeback(holding));

    /// <summary>Gives back what an unresolved workload counts for; no event if that was done.</summary>
    /// <exception cref="ConflictException"><c>not_unresolved</c>: it is open or has its figures.</exception>
    public WorkloadReleased? WriteOff(WorkloadId id, Holding holding, string reason, Principal by) => holding.State switch
    {
        WorkloadState.Released => null,
        WorkloadState.Unresolved => Released(id, holding, ReleaseCause.WrittenOff, reason, by),
        _ => throw new ConflictException(
            "not_unresolved", $"the workload {id} is {holding.State.ToString().ToLowerInvariant()} in {root}: only what is unresolved can be written off"),
    };

    /// <summary>Lets a hold stand longer, and never shorter; no event if it stands long enough.</summary>
    /// <exception cref="ConflictException">It has ended.</exception>
    public WorkloadExtended? Extend(WorkloadId id, Holding holding, int ttlSeconds, DateTimeOffset now)
    {
        if (holding.State != WorkloadState.Open || holding.ExpiresAt <= now)
            throw new ConflictException("already_resolved", $"the workload {id} is {holding.State.ToString().ToLowerInvariant()} in {root}: its hold has ended and can't be extended");

        var expiresAt = EntryText.Truncate(now + TimeSpan.FromSeconds(ttlSeconds));
        return expiresAt > holding.ExpiresAt ? new WorkloadExtended(id, expiresAt) : null;
    }

    /// <summary>Records spend without a reservation.</summary>
    /// <exception cref="InvalidRequestException">Nobody can tell what it is in this budget's unit.</exception>
    public UsageRecorded Record(UsageCommand command, DateTimeOffset now)
    {
        var instant = command.Report.OccurredAt is { } occurred && occurred < now ? EntryText.Truncate(occurred) : now;
        if (Cost(command.Charge, instant).Amount is not { } actual)
            throw new InvalidRequestException(
                "actual", $"says nothing in {Unit}, which the budget {root} counts: {command.Charge.PriceFault ?? "add an amount in it"}");

        // Spent is spent: a value that is missing, or one too many, is counted by the scopes above.
        ImmutableArray<ScopePath>? onDemand = null;
        if (NearestPlanned(command.Scope) is { HasRules: true } scope)
        {
            var (values, _) = Values(scope, command.Report.AsRequest(), now);
            values.RemoveAll(value => value.Path == command.Scope);
            if (_usage.CountLive(now) + values.Count(value => value.Node is null) > Plan.OnDemandScopesMax)
                values.RemoveAll(value => value.Node is null);

            onDemand = values.Count == 0 ? null : [.. values.Select(value => value.Path)];
        }

        return new UsageRecorded(
            command.Id, command.Report, command.Hash, command.Scope, actual, command.CommitsIn,
            command.CommitsIn is null ? command.Charged : null, PriceBookOf(command.Charge, instant), onDemand, instant < now ? instant : null, command.Charge.Rate);
    }

    /// <summary>What has expired and this budget alone can end, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<WorkloadEvent> Expire(DateTimeOffset now, int countMax)
    {
        List<WorkloadEvent>? events = null;
        foreach (var (id, holding) in _holdings.Expired(now, countMax))
            (events ??= []).Add(End(id, holding));

        return events ?? (IReadOnlyList<WorkloadEvent>)[];
    }

    /// <summary>What has expired and waits for the word of the budget that decides, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<(WorkloadId Id, BudgetRoot CommitsIn)> ExpiredHolds(DateTimeOffset now, int countMax) =>
        [.. _holdings.ExpiredElsewhere(now, countMax).Select(due => (due.Id, due.Holding.CommitsIn!.Value))];

    /// <summary>What ends an expired hold once it is known to be admitted.</summary>
    public WorkloadEvent End(WorkloadId id, Holding holding) => holding.IsForApproval
        ? new ApprovalReleased(
            id, holding.Scope, holding.ReservedAt, holding.Amount, ReleaseCause.Expired, "nobody decided, or used it, in time", holding.OnDemand)
        : Plan.OnExpiry == ExpiryAction.Release
        ? Released(id, holding, ReleaseCause.Expired, "nobody reported the end in time", null)
        : new WorkloadUnresolved(
            id, holding.Scope, holding.ReservedAt, WorkloadState.Open, holding.Amount, WorkloadUnresolved.Expired, null, null, holding.OnDemand);

    /// <summary>A settlement of spend without a reservation.</summary>
    public Settlement Recorded(ScopePath scope, Quantity actual) =>
        new(root, scope, Unit, Quantity.Zero, actual, actual, WorkloadState.Reconciled);

    /// <summary>The scope, or the lowest above it that the definition names: its rules hold for what is below, named or not.</summary>
    private PlannedScope NearestPlanned(ScopePath scope)
    {
        var nearest = Plan.Root;
        foreach (var path in scope.FromRoot())
        {
            if (Plan.Scopes.TryGetValue(path, out var planned))
                nearest = planned;
        }

        return nearest;
    }

    private WorkloadReleased Released(WorkloadId id, Holding holding, ReleaseCause cause, string reason, Principal? by) => new(
        id, holding.Scope, holding.ReservedAt, holding.Amount, cause, reason, holding.State, holding.OnDemand, by,
        cause == ReleaseCause.Refused ? Comeback(holding) : null);

    /// <summary>The approval whose hold holds again when this one, which took its place, led nowhere; null for none.</summary>
    private ApprovalId? Comeback(Holding holding) =>
        holding.Taken is { Approval: var approval } && _holdings.TakersOf(approval).Count() == 1 ? approval : null;
}
