using System.Collections.Immutable;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// What people do to a budget: define, archive, adjust, freeze, write off.
public sealed partial class BudgetGrain
{
    private const int WorkloadsPerWriteOffMax = 1_000;

    private const int WriteOffsPerCommit = 500;

    /// <summary>Each is looked up in the ledger; the call has to end before its caller gives it up.</summary>
    private const int WriteOffsPerCallMax = 5_000;

    private const int ChildrenShownMax = 100;

    /// <inheritdoc/>
    public async Task<BudgetView> PutAsync(BudgetDefinition definition, Principal by)
    {
        await CurrentAsync();
        if (Root == BudgetRoot.Requests && definition.Unit != Amounts.Unit.Requests)
            throw new InvalidRequestException("unit", "of the built-in budget requests is requests");
        if (State.Define(definition, by) is { } defined)
            await RecordAsync(defined);
        else
            await DurableAsync();
        return await ViewAllAsync();
    }

    /// <inheritdoc/>
    public async Task<BudgetView> ArchiveAsync(Principal by)
    {
        await CurrentAsync();
        if (State.Archive(by) is { } archived)
            await AppendAsync(archived);
        else
            await DurableAsync();
        return await ViewAllAsync();
    }

    /// <inheritdoc/>
    public async Task<BudgetView> AdjustAsync(AdjustCommand command, Principal by)
    {
        await CurrentAsync();
        await BeginBuiltInAsync();
        if (State.Adjust(command, by, Now) is { } adjusted)
            await RecordAsync(adjusted);
        else
            await DurableAsync();
        return await ViewAsync(command.Scope ?? ScopePath.Root);
    }

    /// <inheritdoc/>
    public async Task<BudgetView> FreezeAsync(ScopePath scope, string reason, Principal by, string? id = null)
    {
        await CurrentAsync();
        await BeginBuiltInAsync();
        if (State.Freeze(scope, reason, by, Now, id) is { } frozen)
            await AppendAsync(frozen);
        else
            await DurableAsync();
        return await ViewAsync(scope);
    }

    /// <inheritdoc/>
    public async Task<BudgetView> UnfreezeAsync(ScopePath scope, string reason, Principal by, string? id = null)
    {
        await CurrentAsync();
        await BeginBuiltInAsync();
        if (State.Unfreeze(scope, reason, by, Now, id) is { } unfrozen)
            await AppendAsync(unfrozen);
        else
            await DurableAsync();
        return await ViewAsync(scope);
    }

    /// <inheritdoc/>
    public async Task<WriteOffResult> WriteOffAsync(WriteOffCommand command, Principal by)
    {
        Require(command);
        await CurrentAsync();
        if (!State.Exists)
            throw new NotFoundException("budget_not_found", $"there is no budget {Root}");
        await ExpireDue();
        await ReadyAsync();

        if (command.Scope is { } scope)
            State.RequireScope(scope, Now);
        var hash = ContentHash.Of(command with { Id = null });
        var unit = State.Unit;
        if (State.IsDone(command.Id, hash))
        {
            await DurableAsync();
            return new WriteOffResult(0, Amounts.Quantity.Zero, unit, []);
        }

        var written = new List<WorkloadReleased>();
        var left = command.Workloads is { } named
            ? new Queue<WorkloadId>(named.Distinct())
            : new Queue<WorkloadId>(await UnresolvedAsync(command.Window!.From));
        for (var looked = 0; left.Count > 0 && looked < WriteOffsPerCallMax; looked += WriteOffsPerCommit)
        {
            // Of what is named, all or nothing.
            var chunk = new List<WorkloadId>();
            while (left.Count > 0 && chunk.Count < (command.Workloads is null ? WriteOffsPerCommit : WorkloadsPerWriteOffMax))
                chunk.Add(left.Dequeue());
            written.AddRange(await WriteOffAsync(chunk, command, by));
        }

        var amount = written.Aggregate(Amounts.Quantity.Zero, (sum, released) => sum + released.Amount);
        await ReadyAsync();
        if (command.Id is { } id && left.Count == 0 && !State.IsDone(id, hash))
            await AppendAsync(new BudgetWrittenOff(id, hash, written.Count, amount, command.Reason, by));
        await DurableAsync();
        return new WriteOffResult(
            written.Count, amount, unit, [.. written.Take(WorkloadsPerWriteOffMax).Select(released => released.Id)], left.Count == 0);
    }

    /// <summary>
    /// Writes off what of <paramref name="ids"/> is meant, in one append. All are looked up first; if anything was written about one
    /// of them meanwhile, they are looked up again.
    /// </summary>
    /// <exception cref="NotFoundException">One that is named is not known here.</exception>
    /// <exception cref="ConflictException">One that is named is open or has its figures.</exception>
    private async Task<IReadOnlyList<WorkloadReleased>> WriteOffAsync(List<WorkloadId> ids, WriteOffCommand command, Principal by)
    {
        while (true)
        {
            await ReadyAsync();
            var begun = ids.ConvertAll(id => (Id: id, Changes: _lookups.Begin(id)));
            var holdings = new List<(WorkloadId Id, Holding Holding)>();
            var isCurrent = true;
            try
            {
                foreach (var id in ids)
                {
                    var (holding, _) = await HoldingAsync(id);
                    if (holding is null && command.Workloads is not null)
                        throw NotFound(id);
                    if (holding is not null && (command.Workloads is not null || IsMeant(command, holding)))
                        holdings.Add((id, holding));
                }
            }
            finally
            {
                foreach (var (id, changes) in begun)
                    isCurrent &= _lookups.End(id, changes);
            }

            if (!isCurrent)
                continue;

            await ReadyAsync();
            var released = holdings.Select(held => State.WriteOff(held.Id, held.Holding, command.Reason, by)).OfType<WorkloadReleased>().ToArray();
            if (released.Length > 0)
                await AppendAsync(released);
            return released;
        }
    }

    private static void Require(WriteOffCommand command)
    {
        WorkloadRequestRules.RequireText(command.Reason, "reason");
        if (command.Workloads is { IsDefault: true } || (command.Workloads is null) == (command.Window is null))
            throw new InvalidRequestException("workloads", "or a window is required, one of the two: which unresolved work to write off");
        if (command.Workloads is { } workloads && workloads.Length is 0 or > WorkloadsPerWriteOffMax)
            throw new InvalidRequestException("workloads", $"names 1 to {WorkloadsPerWriteOffMax} workloads");
        if (command.Workloads is not null && command.Scope is not null)
            throw new InvalidRequestException("scope", "narrows a window; the workloads that are named say where they were charged");
        if (command.Window is { } window && window.To <= window.From)
            throw new InvalidRequestException("window.to", "must be after window.from");
    }

    private static bool IsMeant(WriteOffCommand command, Holding holding) =>
        holding.State == WorkloadState.Unresolved
        && command.Window is { } window && window.From <= holding.ReservedAt && holding.ReservedAt < window.To
        && (command.Scope is not { } scope || holding.Scope.FromRoot().Contains(scope) || (holding.OnDemand ?? []).Contains(scope));

    /// <summary>How a scope stands that an act was about.</summary>
    private async Task<BudgetView> ViewAsync(ScopePath scope)
    {
        await ReadyAsync();
        return State.View(scope, Now);
    }

    private async Task<BudgetView> ViewAllAsync()
    {
        await ReadyAsync();
        return State.View(ScopePath.Root, null, ChildrenShownMax, Now);
    }
}
