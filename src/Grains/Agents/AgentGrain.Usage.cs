using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// How an agent records spend that happened without a reservation.
public sealed partial class AgentGrain
{
    /// <summary>How long ago reported spend may have happened: a fiscal year, and time to close its books.</summary>
    private static readonly TimeSpan OccurredMax = TimeSpan.FromDays(400);

    /// <inheritdoc/>
    public async Task<SettlementResult> RecordUsageAsync(UsageReport report)
    {
        WorkloadRequestRules.Require(report.AsRequest());
        if (!Enum.IsDefined(report.Why))
            throw new InvalidRequestException("why", "must be ungoverned or external");
        if (report.Usage is null && report.Actual is not { IsDefaultOrEmpty: false })
            throw new InvalidRequestException("usage", "is required, or actual: what was consumed");
        WorkloadRequestRules.Require(new Reconciliation(report.Usage, Actual: report.Actual));

        var now = Now;
        if (report.OccurredAt > now + options.Value.IdSkewMax)
            throw new InvalidRequestException("occurredAt", $"is {report.OccurredAt:O}, which is still to come; check the client's clock");
        if (report.OccurredAt < now - OccurredMax)
            throw new InvalidRequestException("occurredAt", $"is {report.OccurredAt:O}, more than {OccurredMax.TotalDays:0} days ago; leave it out to charge today's windows");
        var id = report.Id ?? WorkloadId.New(now);
        RequireId(id, now);
        await TenantAsync();
        await FreshAsync();
        if (!State.WasRegistered)
            throw AgentNotFound();

        // The record of the budget that decides names what every budget is charged. A report that comes again, perhaps
        // to an agent that is bound otherwise by now, finds it and completes it.
        var hash = ContentHash.Of(report with { Id = null });
        var charged = await workloads.FindAsync(Tenant, id) is { } record
            ? Recorded(id, record, hash)
            : await RecordLastAsync(id, report, hash, await ChargesAsync(report, now));
        foreach (var one in charged.Reverse().Skip(1))
            await RecordAsync(id, report, hash, charged, one);

        var settlements = charged.Select(one => one.Settlement).ToImmutableArray();
        var prices = settlements.Select(settlement => settlement.PriceBook).FirstOrDefault(version => version is not null);
        return new SettlementResult(id, WorkloadState.Reconciled, settlements, prices);
    }

    /// <summary>Makes the last budget's entry the record, and returns what that says: another sending of the report may have come first.</summary>
    private async Task<ImmutableArray<(Settlement Settlement, Charge Charge)>> RecordLastAsync(
        WorkloadId id, UsageReport report, ContentHash hash, ImmutableArray<(Settlement Settlement, Charge Charge)> charged)
    {
        var last = charged[^1];
        var answer = await RecordAsync(id, report, hash, charged, last);
        if (charged.Length == 1 && answer.Scope == last.Settlement.Scope && answer.Actual == last.Settlement.Actual)
            return charged;

        var record = await workloads.FindAsync(Tenant, id)
            ?? throw UnavailableException.Unreachable($"the workload {id} was just recorded and can't be read yet; send the same report again");
        return Recorded(id, record, hash);
    }

    private Task<Settlement> RecordAsync(
        WorkloadId id, UsageReport report, ContentHash hash, ImmutableArray<(Settlement Settlement, Charge Charge)> charged,
        (Settlement Settlement, Charge Charge) one)
    {
        var last = charged[^1].Settlement.Budget;
        var isLast = one.Settlement.Budget == last;
        return Budget(one.Settlement.Budget).RecordUsageAsync(new UsageCommand(
            id, report, hash, one.Settlement.Scope, one.Charge, isLast ? null : last,
            isLast ? [.. charged.Select(each => each.Settlement)] : []));
    }

    private static ImmutableArray<(Settlement Settlement, Charge Charge)> Recorded(WorkloadId id, WorkloadRecord record, ContentHash hash)
    {
        if (!record.IsUsage || record.Hash != hash)
            throw new ConflictException("idempotency_conflict", $"id: the workload {id} is recorded as something else; a new report needs a new id");
        return [.. record.Settlements.Select(settlement => (settlement, new Charge(settlement.Actual, PriceBook: settlement.PriceBook, Rate: settlement.Rate)))];
    }

    /// <summary>What every bound budget is charged for spend without a reservation, worked out before anything is written.</summary>
    /// <exception cref="InvalidRequestException">Nobody can tell what it is in a budget's unit; a unit that no budget counts.</exception>
    private async Task<ImmutableArray<(Settlement Settlement, Charge Charge)>> ChargesAsync(UsageReport report, DateTimeOffset now)
    {
        var at = report.OccurredAt ?? now;
        var prices = (await tenants.GetAsync(Tenant)).Prices.At(at);
        await ReadyAsync();
        var bindings = State.Bindings;
        var isBound = State.IsBound;
        var charged = ImmutableArray.CreateBuilder<(Settlement, Charge)>(bindings.Length);
        var units = new List<Unit>();
        foreach (var binding in bindings)
        {
            if (await Budget(binding.Root).GetHeaderAsync() is not { } header)
                continue;

            units.Add(header.Unit);
            if (charges.Actual(report, header, prices, at) is { } charge)
                charged.Add((Spent(binding, header.Unit, charge), charge));
        }

        foreach (var amount in report.Actual is { IsDefault: false } stated ? stated : [])
        {
            if (!isBound || units.Contains(amount.Unit))
                continue;

            throw new InvalidRequestException(
                "actual", units.Count == 0
                    ? $"states {amount}, but none of this agent's budgets exists: {string.Join(", ", bindings.Select(binding => binding.Root))}"
                    : $"states {amount}, but this agent's budgets count {string.Join(" and ", units)}",
                "unit_mismatch");
        }

        // Spent is spent: what no bound budget can count is counted by the built-in one.
        if (charged.Count == 0)
        {
            var once = new Charge(Quantity.One);
            charged.Add((Spent(new BudgetBinding(BudgetRoot.Requests), Unit.Requests, once), once));
        }

        return charged.ToImmutable();
    }

    private static Settlement Spent(BudgetBinding binding, Unit unit, Charge charge) => new(
        binding.Root, binding.Scope, unit, Quantity.Zero, charge.Amount, charge.Amount, WorkloadState.Reconciled,
        PriceBook: charge.PriceBook, Rate: charge.Rate);
}
