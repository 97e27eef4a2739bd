using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// What becomes of a hold, and spend that never had one.
public sealed partial class BudgetGrain
{
    /// <inheritdoc/>
    public async Task<Settlement> SettleAsync(SettleCommand command)
    {
        await ReadyAsync();
        var (holding, known) = await HoldingAsync(command.Id);
        if (holding is null)
            throw NotFound(command.Id);
        if (State.Settle(command, holding) is not { } settled)
        {
            var unchanged = known ?? Settlement(holding);
            await DurableAsync();
            return unchanged;
        }

        var before = Settlement(holding);
        await RecordAsync(settled);
        var answer = settled switch
        {
            WorkloadReconciled reconciled => before with
            {
                Actual = reconciled.Actual,
                Delta = reconciled.Actual - reconciled.Reserved,
                State = WorkloadState.Reconciled,
                Violation = reconciled.Violation,
                PriceFallback = reconciled.PriceFallback,
                PriceBook = reconciled.PriceBook,
                Rate = reconciled.Rate,
            },
            WorkloadUnresolved unresolved => before with { State = WorkloadState.Unresolved, Violation = unresolved.Violation },
            _ => throw new InvariantViolationException($"{settled.GetType().Name} settles nothing"),
        };
        DecisionInstruments.Settled(answer);
        return answer;
    }

    /// <inheritdoc/>
    public async Task<Settlement?> ReleaseAsync(WorkloadId id, ReleaseCause cause, string reason)
    {
        await ReadyAsync();
        var (holding, known) = await AnyHoldingAsync(id);
        if (holding is { IsForApproval: true })
            return await ReleaseApprovalAsync(id, holding, cause, reason);
        if (holding is null && cause == ReleaseCause.Requested && !await AbandonAsync(id, reason))
        {
            // It was decided while the tombstone was on its way, perhaps here by another activation.
            await ReadyAsync();
            (holding, known) = await HoldingAsync(id);
        }

        // A refusal holds nothing anywhere, also where there is no such budget.
        if (holding is null or { State: WorkloadState.Refused } || !State.Exists)
            return null;

        var before = known ?? Settlement(holding);
        if (State.Release(id, holding, cause, reason) is not { } released)
        {
            await DurableAsync();
            return before;
        }

        await AppendAsync(released);
        return before with { State = WorkloadState.Released };
    }

    private async Task<Settlement?> ReleaseApprovalAsync(WorkloadId id, Holding holding, ReleaseCause cause, string reason)
    {
        if (State.ReleaseApproval(id, cause, reason) is { } released)
            await AppendAsync(released);
        else
            await DurableAsync();
        await ReadyAsync();
        return Settlement(holding with { State = WorkloadState.Released });
    }

    /// <inheritdoc/>
    public async Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is null)
            throw NotFound(id);
        var extended = State.Extend(id, holding, ttlSeconds, Now);
        if (extended is null)
        {
            // It stands long enough, unless it has ended by another activation.
            await CurrentAsync();
            holding = (await HoldingAsync(id)).Holding ?? throw NotFound(id);
            extended = State.Extend(id, holding, ttlSeconds, Now);
        }

        var epoch = extended is null ? await DurableAsync() : await AppendAsync(extended);
        return new ExtendResult(id, extended?.ExpiresAt ?? holding.ExpiresAt, epoch);
    }

    /// <inheritdoc/>
    public async Task<bool> WithdrawAsync(WorkloadId id, Decision refusal)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is not { State: WorkloadState.Open, IsConfirmed: false })
        {
            await DurableAsync();
            return false;
        }

        await AppendAsync(State.Withdraw(id, holding, refusal));
        return true;
    }

    /// <inheritdoc/>
    public async Task ConfirmAsync(WorkloadId id)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is { State: WorkloadState.Open, IsConfirmed: false })
            await AppendAsync(new WorkloadExtended(id, holding.ExpiresAt));
        else
            await DurableAsync();
    }

    /// <inheritdoc/>
    public async Task<Settlement> RecordUsageAsync(UsageCommand command)
    {
        await ReadyAsync();
        if (MayKnow(command.Id) && await RecallAsync(command) is { } recorded)
            return recorded;

        await ReadyAsync();
        var builtIn = State.BuiltIn();
        var expired = builtIn is null ? Task.CompletedTask : AppendAsync(builtIn);
        try
        {
            var usage = State.Record(command, Now);
            var answer = State.Recorded(usage.Scope, usage.Actual);
            var appended = RecordAsync(usage);
            await expired;
            await appended;
            DecisionInstruments.Settled(answer);
            return answer;
        }
        catch (DecisionExistsException)
        {
            return await RecallAsync(command) ?? throw Lost(command.Id);
        }
    }

    /// <inheritdoc/>
    public async Task<HoldFate> ResolveHoldAsync(WorkloadId id, BudgetRoot asker)
    {
        // What is durable counts, and nothing else: what is only in memory may be lost, and its hold elsewhere with it.
        var record = await DurableRecordAsync(id);
        if (record?.Decision is null)
        {
            // Held here for yet another budget: the agent was bound anew between two attempts. Names ascend, so this ends.
            if (record?.Holdings.GetValueOrDefault(Root) is { State: WorkloadState.Open, CommitsIn: { } commitsIn })
                return await grains.Find<IBudgetGrain>(IBudgetGrain.Key(Tenant, commitsIn)).ResolveHoldAsync(id, asker);

            // The tombstone may come too late: then there is a decision.
            await ReadyAsync();
            await AbandonAsync(id, "its hold in another budget expired before it was decided");
            record = await DurableRecordAsync(id);
        }

        // A decision that does not name the hold was made another way: the hold was for an attempt that led nowhere.
        if (record?.Decision is not { } decision || !decision.Result.Admits() || decision.Reservations.All(held => held.Budget != asker))
            return HoldFate.Abandoned;
        return record.Holdings.GetValueOrDefault(record.CommitsIn ?? Root) is { State: WorkloadState.Released, ReleasedByClient: true }
            ? HoldFate.Released
            : HoldFate.Admitted;
    }
}
