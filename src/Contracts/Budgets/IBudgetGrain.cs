using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// One whole budget tree; its key is <see cref="Key"/>. Only other actors and the HTTP API call it: a service reaches
/// it through its agent.
/// </summary>
[Alias("genops.IBudgetGrain"), Version(1)]
public interface IBudgetGrain : IGrainWithStringKey
{
    /// <summary>The grain key, which is also the ledger stream.</summary>
    static string Key(TenantId tenant, BudgetRoot root) => $"b/{tenant}/{root}";

    /// <summary>Creates or changes the budget. Usage is never touched.</summary>
    /// <exception cref="Errors.InvalidRequestException">The definition is not valid.</exception>
    /// <exception cref="Errors.ConflictException">The unit would change. <c>budget_of_delegation</c>: a delegation made it, and sets its limits.</exception>
    [Alias("Put")]
    Task<BudgetView> PutAsync(BudgetDefinition definition, Principal by);

    /// <summary>Takes no new work from now on; what is held is still settled.</summary>
    /// <exception cref="Errors.ConflictException"><c>budget_of_delegation</c>: it takes work for as long as its delegation does.</exception>
    [Alias("Archive")]
    Task<BudgetView> ArchiveAsync(Principal by);

    /// <summary>How a scope stands.</summary>
    /// <exception cref="Errors.NotFoundException">No such budget or scope.</exception>
    [Alias("Get")]
    Task<BudgetView> GetAsync(ScopePath scope, string? childrenAfter, int childrenMax);

    /// <summary>The definition as it was last put, so that it can be read back, edited and put again.</summary>
    /// <exception cref="Errors.NotFoundException">No such budget.</exception>
    [Alias("GetDefinition")]
    Task<BudgetDefinition> GetDefinitionAsync();

    /// <summary>What is needed to charge it; null if it does not exist. An archived one is still charged for what was spent.</summary>
    [Alias("GetHeader")]
    ValueTask<BudgetHeader?> GetHeaderAsync();

    /// <summary>
    /// Holds money or refuses. With <see cref="ReserveCommand.HoldUntil"/> a refusal is answered and not recorded, and is
    /// <see cref="ReserveReply.Decided"/>; what is held is given back by <see cref="ReleaseAsync"/> or by time.
    /// </summary>
    /// <exception cref="Errors.ConflictException"><c>idempotency_conflict</c>: the id stands for something else.</exception>
    [Alias("Reserve")]
    Task<ReserveReply> ReserveAsync(ReserveCommand command);

    /// <summary>Records the actual.</summary>
    [Alias("Settle")]
    Task<Settlement> SettleAsync(SettleCommand command);

    /// <summary>
    /// Gives the hold back. Null if nothing is known of the workload here; if its client asked
    /// (<see cref="ReleaseCause.Requested"/>), its id is spent from now on.
    /// </summary>
    /// <exception cref="Errors.ConflictException"><c>already_resolved</c>: figures are final. <c>approval_hold</c>: no client may give back what is held for an approval.</exception>
    [Alias("Release")]
    Task<Settlement?> ReleaseAsync(WorkloadId id, ReleaseCause cause, string reason);

    /// <summary>Holds longer.</summary>
    [Alias("Extend")]
    Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds);

    /// <summary>
    /// Takes an admission back whose authority went away before it was answered: the decision becomes
    /// <paramref name="refusal"/>. False if its hold has ended or was confirmed meanwhile, and nothing changes.
    /// </summary>
    [Alias("Withdraw")]
    Task<bool> WithdrawAsync(WorkloadId id, Decision refusal);

    /// <summary>
    /// Makes an admission final before it is told again: whoever recorded it can't withdraw it any more. Nothing happens
    /// if it is withdrawn or has ended.
    /// </summary>
    [Alias("Confirm")]
    Task ConfirmAsync(WorkloadId id);

    /// <summary>Records spend without a reservation.</summary>
    [Alias("RecordUsage")]
    Task<Settlement> RecordUsageAsync(UsageCommand command);

    /// <summary>Asked of the last budget by an earlier one whose hold has expired. What was never decided is so no more.</summary>
    /// <param name="id">The workload.</param>
    /// <param name="asker">The budget that holds for it.</param>
    [Alias("ResolveHold")]
    Task<HoldFate> ResolveHoldAsync(WorkloadId id, BudgetRoot asker);

    /// <summary>The workloads that money is held for, by id.</summary>
    /// <param name="state"><see cref="WorkloadState.Open"/> or <see cref="WorkloadState.Unresolved"/>.</param>
    /// <param name="after">The last id of the page before; null for the first.</param>
    /// <param name="countMax">The most items of the page.</param>
    [Alias("ListHeld")]
    Task<ImmutableArray<WorkloadId>> ListHeldAsync(WorkloadState state, WorkloadId? after, int countMax);

    /// <summary>Credits, debits or raises for a while. The same id again changes nothing.</summary>
    /// <exception cref="Errors.InvalidRequestException">A field is not valid.</exception>
    /// <exception cref="Errors.NotFoundException">No such budget or scope.</exception>
    /// <exception cref="Errors.ConflictException"><c>idempotency_conflict</c>: the id stands for another adjustment. <c>adjustments_exhausted</c>: there are as many as there may be. <c>budget_of_delegation</c>: its delegations set its limits.</exception>
    [Alias("Adjust")]
    Task<BudgetView> AdjustAsync(AdjustCommand command, Principal by);

    /// <summary>Takes no reservation for the scope and all below it from now on. Settling goes on.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="reason">Why; required.</param>
    /// <param name="by">Who.</param>
    /// <param name="id">The idempotency key, a name: sent again after the scope was unfrozen, it changes nothing. Null for none.</param>
    /// <exception cref="Errors.ConflictException"><c>idempotency_conflict</c>: the id stands for something else.</exception>
    /// <exception cref="Errors.NotFoundException">No such budget or scope.</exception>
    [Alias("Freeze")]
    Task<BudgetView> FreezeAsync(ScopePath scope, string reason, Principal by, string? id = null);

    /// <summary>Ends what <see cref="FreezeAsync"/> began.</summary>
    /// <exception cref="Errors.NotFoundException">No such budget or scope.</exception>
    [Alias("Unfreeze")]
    Task<BudgetView> UnfreezeAsync(ScopePath scope, string reason, Principal by, string? id = null);

    /// <summary>Gives back what unresolved work counts for.</summary>
    /// <exception cref="Errors.InvalidRequestException">Neither workloads nor a window, or both.</exception>
    /// <exception cref="Errors.NotFoundException">No such budget; a workload that is not known here.</exception>
    /// <exception cref="Errors.ConflictException"><c>not_unresolved</c>: a workload is open or has its figures.</exception>
    [Alias("WriteOff")]
    Task<WriteOffResult> WriteOffAsync(WriteOffCommand command, Principal by);

    /// <summary>What a reader of the budget's entries needs to put them into windows.</summary>
    /// <exception cref="Errors.NotFoundException">No such budget.</exception>
    [Alias("GetCalendar")]
    Task<BudgetCalendarView> GetCalendarAsync();

    /// <summary>What is held for running work, by delegation and agent; what is held for approvals not counted.</summary>
    [Alias("ListDelegationHolds")]
    Task<ImmutableArray<DelegationHold>> ListDelegationHoldsAsync();

    /// <summary>Ends what has expired, and returns when the next hold will; null if nothing is held.</summary>
    [Alias("SettleDue")]
    Task<DateTimeOffset?> SettleDueAsync();
}
