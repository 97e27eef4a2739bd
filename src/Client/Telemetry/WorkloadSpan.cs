using System.Diagnostics;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Telemetry;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The one span of a workload (specification, sections 7 and 8). With several budgets <c>genops.accounting.*</c> of the
/// span is the money budget's, or the first one's if there is none, and there is one event for each. Every instant is
/// the injected clock's.
/// </summary>
internal sealed class WorkloadSpan
{
    private static readonly ActivitySource Source = new(GenOpsSources.Workloads, GenOpsAttributes.SpecVersionValue);

    private readonly WorkloadRequest _request;
    private readonly TimeProvider _time;
    private readonly Activity? _activity;

    private WorkloadSpan(WorkloadRequest request, TimeProvider time, Activity? activity)
    {
        _request = request;
        _time = time;
        _activity = activity;
    }

    /// <summary>No span: of a workload that was refused somewhere else.</summary>
    public static WorkloadSpan None(WorkloadRequest request, TimeProvider time) => new(request, time, null);

    /// <summary>The span; null if nobody listens.</summary>
    public Activity? Activity => _activity;

    /// <summary>The W3C trace context to send; null if there is none.</summary>
    public string? Traceparent => _activity is { IdFormat: ActivityIdFormat.W3C } ? _activity.Id : null;

    /// <summary>Begins the span below the ambient one, or else below the one that the request names.</summary>
    public static WorkloadSpan Start(TenantId tenant, WorkloadRequest request, TimeProvider time)
    {
        var parent = default(ActivityContext);
        if (Activity.Current is null && request.Traceparent is { } traceparent)
            _ = ActivityContext.TryParse(traceparent, null, isRemote: true, out parent);

        var activity = Source.HasListeners()
            ? Source.StartActivity(request.Operation.Name, ActivityKind.Internal, parent, Identity(tenant, request), null, time.GetUtcNow())
            : null;
        return new WorkloadSpan(request, time, activity);
    }

    /// <summary>Records the decision and what is held: all of it before execution can begin.</summary>
    public void Decided(Decision decision)
    {
        if (_activity is not { IsAllDataRequested: true })
            return;

        var reasonCode = decision.Result == DecisionResult.Allowed ? null : decision.ReasonCode;
        Set(GenOpsAttributes.PolicyResult, decision.Result.Text());
        Set(GenOpsAttributes.PolicyReasonCode, reasonCode);
        Event(GenOpsEvents.PolicyEvaluated,
        [
            new(GenOpsAttributes.PolicyResult, decision.Result.Text()),
            new(GenOpsAttributes.PolicyReasonCode, reasonCode),
            new(GenOpsAttributes.PolicyName, decision.DeterminedBy),
            new(GenOpsAttributes.PolicyReason, decision.Reason),
        ]);

        foreach (var reservation in decision.Reservations)
        {
            Event(GenOpsEvents.BudgetReservation,
            [
                new(GenOpsAttributes.AccountingReserved, reservation.Amount.ToDouble()),
                new(GenOpsAttributes.AccountingUnit, reservation.Unit.Code),
                new(GenOpsAttributes.BudgetName, new BudgetPath(reservation.Budget, reservation.Scope).ToString()),
                new(GenOpsAttributes.BudgetRemaining, reservation.Remaining?.ToDouble()),
                new(GenOpsAttributes.AccountingWorstCase, reservation.Estimated?.WorstCase.ToDouble()),
            ]);
        }

        if (Main(decision) is { } main)
        {
            Set(GenOpsAttributes.AccountingReserved, main.Amount.ToDouble());
            Set(GenOpsAttributes.AccountingUnit, main.Unit.Code);
            Set(GenOpsAttributes.BudgetName, new BudgetPath(main.Budget, main.Scope).ToString());
        }

        if (!decision.Result.Admits())
            Set(GenOpsAttributes.WorkloadState, StateText(WorkloadState.Refused));
    }

    /// <summary>Records what the control plane answered to the figures.</summary>
    public void Reconciled(Decision decision, Reconciliation reconciliation, SettlementResult result, long latencyMs)
    {
        if (_activity is not { IsAllDataRequested: true })
            return;

        foreach (var reservation in decision.Reservations)
        {
            var settlement = result.Budgets.FirstOrDefault(
                settled => settled.Budget == reservation.Budget && settled.Scope == reservation.Scope);
            Compared(
                reservation,
                settlement?.Reserved ?? reservation.Amount,
                settlement?.Actual,
                ReferenceEquals(reservation, Main(decision)),
                reconciliation);
        }

        Consumed(reconciliation, latencyMs);
        Costs(reconciliation, result);
        Set(GenOpsAttributes.WorkloadState, StateText(result.State));
        if (reconciliation.Outcome == Outcome.Failed)
            _activity.SetStatus(ActivityStatusCode.Error, "the action failed");
    }

    /// <summary>Records that the action never ran: there is nothing to compare.</summary>
    public void Released() => Set(GenOpsAttributes.WorkloadState, StateText(WorkloadState.Released));

    /// <summary>Records the best figures there are for a workload that nobody settled.</summary>
    /// <param name="decision">What is held.</param>
    /// <param name="attempted">Figures that did not reach the control plane; null if there are none.</param>
    /// <param name="latencyMs">How long it lived.</param>
    public void Unsettled(Decision decision, Reconciliation? attempted, long latencyMs)
    {
        if (_activity is not { IsAllDataRequested: true })
            return;

        foreach (var reservation in decision.Reservations)
            Compared(reservation, reservation.Amount, null, ReferenceEquals(reservation, Main(decision)), attempted);

        Consumed(attempted, latencyMs);
        Set(GenOpsAttributes.WorkloadState, StateText(WorkloadState.Unresolved));
    }

    /// <summary>Records that its authority was revoked while it ran. After the span's end the log has it alone.</summary>
    public void Revoked(RevocationNotice notice)
    {
        if (_activity is not { IsAllDataRequested: true, IsStopped: false })
            return;

        Set(GenOpsAttributes.AuthorityRevoked, true);
        Event(GenOpsEvents.AuthorityRevoked, [new(GenOpsAttributes.AuthorityNotice, notice.ToString().ToLowerInvariant())]);
    }

    /// <summary>Records that there was no decision.</summary>
    public void Failed(Exception exception)
    {
        if (_activity is not { IsAllDataRequested: true })
            return;

        _activity.SetStatus(ActivityStatusCode.Error, exception.Message);
        _activity.AddException(exception, timestamp: _time.GetUtcNow());
    }

    /// <summary>Ends the span, and leaves whatever span is current where it is.</summary>
    public void End()
    {
        if (_activity is null || _activity.IsStopped)
            return;

        var current = Activity.Current;
        _activity.SetEndTime(_time.GetUtcNow().UtcDateTime);
        _activity.Stop();
        Activity.Current = current == _activity ? _activity.Parent : current;
    }

    private static List<KeyValuePair<string, object?>> Identity(TenantId tenant, WorkloadRequest request)
    {
        List<KeyValuePair<string, object?>> tags =
        [
            new(GenOpsAttributes.SpecVersion, GenOpsAttributes.SpecVersionValue),
            new(GenOpsAttributes.WorkloadId, request.Id?.ToString()),
            new(GenOpsAttributes.Tenant, tenant.Value),
            new(GenOpsAttributes.Agent, request.Agent.Value),
            new(GenOpsAttributes.Team, request.Attribution.Team),
            new(GenOpsAttributes.Project, request.Attribution.Project),
            new(GenOpsAttributes.Environment, request.Attribution.Environment),
            new(GenOpsAttributes.CustomerId, request.Attribution.CustomerId),
            new(GenOpsAttributes.Feature, request.Attribution.Feature),
            new(GenOpsAttributes.SessionId, request.Attribution.SessionId),
            new(GenOpsAttributes.CostCenter, request.Attribution.CostCenter),
            new(GenOpsAttributes.OperationName, request.Operation.Name),
            new(GenOpsAttributes.OperationType, request.Operation.Type),
        ];
        tags.RemoveAll(tag => IsMeaningless(tag.Value));
        return tags;
    }

    /// <summary>The budget that stands for all in the span's attributes.</summary>
    private static Reservation? Main(Decision decision) =>
        decision.Reservations.FirstOrDefault(reservation => reservation.Unit.IsCurrency)
        ?? decision.Reservations.FirstOrDefault();

    /// <summary>What was most likely consumed when the control plane does not know: figures of our own, or all that was held.</summary>
    private static Quantity BestFigure(Reservation reservation, Quantity reserved, Reconciliation? attempted)
    {
        if (attempted?.Actual is { IsDefault: false } actual
            && actual.FirstOrDefault(amount => amount.Unit == reservation.Unit) is { } stated)
            return stated.Quantity;

        return reservation.Unit == Unit.Tokens && attempted?.Usage is { } usage
            ? Quantity.FromUnits(usage.TotalTokens)
            : reserved;
    }

    private static string StateText(WorkloadState state) => state.ToString().ToLowerInvariant();

    private static bool IsMeaningless(object? value) => value is null || value is string text && string.IsNullOrWhiteSpace(text);

    private void Compared(Reservation reservation, Quantity reserved, Quantity? known, bool isMain, Reconciliation? reconciliation)
    {
        var actual = known ?? BestFigure(reservation, reserved, reconciliation);
        var incomplete = known is null ? true : (bool?)null;
        Event(GenOpsEvents.BudgetReconciliation,
        [
            new(GenOpsAttributes.AccountingActual, actual.ToDouble()),
            new(GenOpsAttributes.AccountingReserved, reserved.ToDouble()),
            new(GenOpsAttributes.AccountingUnit, reservation.Unit.Code),
            new(GenOpsAttributes.AccountingReconciliationDelta, (actual - reserved).ToDouble()),
            new(GenOpsAttributes.BudgetName, new BudgetPath(reservation.Budget, reservation.Scope).ToString()),
            new(GenOpsAttributes.AccountingIncomplete, incomplete),
        ]);

        if (isMain)
        {
            Set(GenOpsAttributes.AccountingActual, actual.ToDouble());
            Set(GenOpsAttributes.AccountingReconciliationDelta, (actual - reserved).ToDouble());
            Set(GenOpsAttributes.AccountingIncomplete, incomplete);
        }
    }

    private void Consumed(Reconciliation? reconciliation, long latencyMs)
    {
        if (reconciliation?.Usage is { } usage)
        {
            Set(GenOpsAttributes.TokensInput, usage.InputTokens);
            Set(GenOpsAttributes.TokensOutput, usage.OutputTokens);
            Set(GenOpsAttributes.TokensTotal, usage.TotalTokens);
        }

        if (_request.Sla is { } sla)
        {
            Set(GenOpsAttributes.SlaTier, sla.Tier);
            Set(GenOpsAttributes.SlaLatencyTargetMs, sla.LatencyTargetMs);
            Set(GenOpsAttributes.SlaActualLatencyMs, latencyMs);
            Set(GenOpsAttributes.SlaMet, latencyMs <= sla.LatencyTargetMs);
        }
    }

    /// <summary>One cost for each currency: several budgets in one currency are charged with the same cost.</summary>
    private void Costs(Reconciliation reconciliation, SettlementResult result)
    {
        var costs = result.Budgets.Where(settled => settled.Unit.IsCurrency && settled.Actual is not null).DistinctBy(settled => settled.Unit);
        foreach (var cost in costs)
        {
            Event(GenOpsEvents.CostCalculated,
            [
                new(GenOpsAttributes.CostTotal, cost.Actual?.ToDouble()),
                new(GenOpsAttributes.CostCurrency, cost.Unit.Code),
                new(GenOpsAttributes.CostProvider, _request.Provider),
                new(GenOpsAttributes.CostModel, reconciliation.ResponseModel ?? _request.Model),
            ]);
        }
    }

    private void Set(string name, object? value)
    {
        if (!IsMeaningless(value))
            _activity?.SetTag(name, value);
    }

    private void Event(string name, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var meaningful = new ActivityTagsCollection();
        foreach (var tag in tags)
        {
            if (!IsMeaningless(tag.Value))
                meaningful.Add(tag);
        }

        _activity?.AddEvent(new ActivityEvent(name, _time.GetUtcNow(), meaningful));
    }
}
