using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// Whether a workload may have its money: the way from the root to its scope, and the scopes on demand beside it.
public sealed partial class BudgetTree
{
    /// <summary>What makes this budget at its first use; null if it exists, or a person has to make it.</summary>
    public BudgetDefined? BuiltIn(ReserveCommand? command = null)
    {
        if (Exists)
            return null;
        if (root == BudgetRoot.Requests)
            return new BudgetDefined(new BudgetDefinition(Unit.Requests), Principal.ControlPlane);
        return root.IsOfDelegation && command?.Spend is { } spend
            ? new BudgetDefined(new BudgetDefinition(spend.Unit, MaxScopes: BudgetDefinitionRules.OnDemandMax), Principal.ControlPlane)
            : null;
    }

    /// <summary>What the command says of the limits of its chain that this tree does not know.</summary>
    public IEnumerable<BudgetLinkLimited> NewLimits(ReserveCommand command) =>
        (root.IsOfDelegation && command.Spend is { } spend && (!Exists || spend.Unit == Unit) ? spend.Links : []).Where(_links.IsNews)
            .Select(link => new BudgetLinkLimited(link.Delegation, link.Limit, link.Period, link.Version));

    /// <summary>
    /// Holds the money or refuses. The caller has made sure that the workload is not recorded here, and records
    /// <see cref="NewLimits"/> first if it records what this returns.
    /// </summary>
    /// <param name="command">The question.</param>
    /// <param name="now">The instant.</param>
    /// <param name="waitToCreate">
    /// How long the agent has to wait before it may make so many new scopes on demand; null for not at all. Asking takes
    /// nothing. Nothing limits that if it is absent.
    /// </param>
    public WorkloadEvent Reserve(ReserveCommand command, DateTimeOffset now, Func<int, TimeSpan?>? waitToCreate = null)
    {
        if (command.HoldUntil <= now)
        {
            return Refuse(command, new Fault(
                ReasonCodes.ApprovalExpired, $"the approval would end at {command.HoldUntil:O}, before anybody could approve", $"approval {new ApprovalId(command.Id)}"));
        }

        if (!IsActive)
            return Refuse(command, Missing($"the budget {root} {(_archived ? "is archived" : "does not exist")}; bind the agent to another", root.Value));
        if (!Plan.Scopes.TryGetValue(command.Scope, out var scope))
        {
            return Refuse(command, Missing(
                $"the budget {root} has no scope {command.Scope}; define it, or bind the agent to another", new BudgetPath(root, command.Scope).ToString()));
        }

        if (root.IsOfDelegation && command.Spend?.Unit != Unit)
        {
            return Refuse(command, Missing(
                $"{root} counts {Unit} on the chains of the delegation {root.Value[1..]} alone, and the request was allowed on none that limits it", root.Value));
        }

        var taken = Taken(command, now);
        if (command.Approval is { } approval && command.CommitsIn is null && taken is null)
            return Refuse(command, Spent(approval, now));

        var (values, fault) = Values(scope, command.Request, now);
        foreach (var link in command.Spend?.Links ?? [])
        {
            var (path, rule) = _links.Newest(link);
            values.Add(new Value(path, rule, _usage.FindLive(_usage.Root, path.Value, now)));
        }

        if (Frozen(scope, values) is { } frozen)
            return Refuse(command, frozen);
        if (fault is not null && Plan.IsEnforced)
            return Refuse(command, fault);

        var (worst, isEstimate) = Cost(command.Charge, now);
        if (worst is null)
        {
            fault ??= new Fault(
                ReasonCodes.PriceUnknown, command.Charge.PriceFault ?? $"nobody said what this costs in {Unit}", command.Request.Model ?? root.Value);
            if (Plan.IsEnforced)
                return Refuse(command, fault);
        }

        if (Create(command, values, now, waitToCreate) is { } uncreated)
        {
            fault ??= uncreated;
            if (Plan.IsEnforced)
                return Refuse(command, uncreated);
            values.RemoveAll(value => value.Node is null);
        }

        var (amount, estimated) = Hold(command.Request, worst ?? Quantity.Zero, isEstimate);
        var (refused, warned, remaining) = Measure(scope, values, amount, taken, now);
        fault ??= refused;
        if (fault is not null && Plan.IsEnforced)
            return Refuse(command, fault);

        return Admit(command, amount, isEstimate ? worst : null, estimated, values, fault ?? warned, remaining, now);
    }

    /// <summary>What is held for the approval that a workload is allowed on, if that is still so; null if not, or if it needs none.</summary>
    private TakenHold? Taken(ReserveCommand command, DateTimeOffset now) =>
        command.Approval is { } use && now < use.ExpiresAt ? OpenHoldOf(use.Approval, now) : null;

    private TakenHold? OpenHoldOf(ApprovalId approval, DateTimeOffset now) =>
        _holdings.Find(approval.Hold) is { IsForApproval: true } held && now < held.ExpiresAt
            ? new TakenHold(approval, held.Scope, held.ReservedAt, held.Amount, held.ExpiresAt, held.OnDemand)
            : null;

    /// <summary>Why a workload is not allowed on its approval.</summary>
    private Fault Spent(ApprovalUse use, DateTimeOffset now) =>
        use.ExpiresAt <= now || _holdings.Find(use.Approval.Hold) is { IsForApproval: true }
            ? new Fault(ReasonCodes.ApprovalExpired, $"the approval {use.Approval} ended at {use.ExpiresAt:O}: ask again, and for a new one", $"approval {use.Approval}")
            : new Fault(ReasonCodes.ApprovalUsed, $"the approval {use.Approval} is good for one action, and holds nothing any more: ask again, and for a new one", $"approval {use.Approval}");

    /// <summary>How many of the scopes on demand that an admission counts in are not there yet.</summary>
    public int CountNew(ImmutableArray<ScopePath>? onDemand, DateTimeOffset now) =>
        (onDemand ?? []).Count(path => _usage.Find(path) is not { } node || _usage.HasLapsed(node, now));

    /// <summary>The scopes on demand that a charge of <paramref name="scope"/> counts in, and what is missing for the first that can't be told.</summary>
    private (List<Value> Values, Fault? Fault) Values(PlannedScope scope, WorkloadRequest request, DateTimeOffset now)
    {
        var values = new List<Value>();
        Fault? fault = null;
        foreach (var above in scope.HasRules ? scope.Way : [])
        {
            foreach (var rule in above.Rules)
            {
                if (AttributeOf(request, rule.Attribute) is { Length: > 0 } text)
                {
                    var name = ScopeAttribute.Segment(rule.Attribute, text);
                    values.Add(new Value(above.Path.Child(name), rule, _usage.FindLive(NodeOf(above), name, now)));
                }
                else if (!rule.IsOptional)
                {
                    var path = new BudgetPath(root, above.Path);
                    fault ??= new Fault(
                        ReasonCodes.AttributeMissing,
                        $"{path} has a limit for each {rule.Attribute}, and the request states none; state it, or make the rule optional", $"{path} perValue {rule.Attribute}");
                }
            }
        }

        return (values, fault);
    }

    private static string? AttributeOf(WorkloadRequest request, string attribute) => attribute switch
    {
        "agent" => request.Agent.Value,
        "costCenter" => request.Attribution.CostCenter,
        "customerId" => request.Attribution.CustomerId,
        "environment" => request.Attribution.Environment,
        "feature" => request.Attribution.Feature,
        "model" => request.Model,
        "project" => request.Attribution.Project,
        "provider" => request.Provider,
        "sessionId" => request.Attribution.SessionId,
        "team" => request.Attribution.Team,
        _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "makes no scopes"),
    };

    /// <summary>The highest frozen scope that a charge would count in. A person froze it, so that it is no matter of trying rules out.</summary>
    private Fault? Frozen(PlannedScope scope, List<Value> values)
    {
        if (_frozen.Count == 0)
            return null;

        foreach (var path in scope.Way.Select(above => above.Path).Concat(values.Select(value => value.Path)))
        {
            if (_frozen.TryGetValue(path, out var reason))
            {
                var frozen = Text(path);
                return new Fault(ReasonCodes.BudgetFrozen, $"{frozen} is frozen: {reason}", frozen);
            }
        }

        return null;
    }

    /// <summary>Why scopes on demand that don't exist yet must not be made; null if they may.</summary>
    private Fault? Create(ReserveCommand command, List<Value> values, DateTimeOffset now, Func<int, TimeSpan?>? waitToCreate)
    {
        var made = values.Count(value => value.Node is null);
        if (made == 0)
            return null;

        var live = _usage.CountLive(now);
        var path = new BudgetPath(root, values.First(value => value.Node is null).Path).ToString();
        if (live + made > Plan.OnDemandScopesMax)
        {
            return new Fault(
                ReasonCodes.ScopesExhausted, $"the budget {root} has {live} scopes on demand and may have {Plan.OnDemandScopesMax}, so that {path} can't be made: raise maxScopes, or give the rules periods after which idle scopes are forgotten",
                $"{root} maxScopes {Plan.OnDemandScopesMax}");
        }

        return waitToCreate?.Invoke(made) is not { } wait ? null : new Fault(
            ReasonCodes.RateLimited, $"the agent {command.Request.Agent} makes new scopes on demand, such as {path}, faster than it may: ask again later, with a new id",
            $"{path} rate of creation", DecisionResult.RateLimited, (long)Math.Ceiling(wait.TotalMilliseconds));
    }

    /// <summary>How much is held of what a workload may cost.</summary>
    private (Quantity Amount, ReservationEstimate? Estimated) Hold(WorkloadRequest request, Quantity worst, bool isEstimate)
    {
        if (!isEstimate || !Plan.UsesHistory || _history.Estimate(_history.Key(request.Provider, request.Model), worst) is not { } known)
            return (worst, null);

        return known.Amount == worst ? (worst, null) : (known.Amount, new ReservationEstimate(worst, request.Model, known.Share, known.Samples));
    }

    /// <summary>Whether <paramref name="amount"/> fits every limit; what the tightest leaves; and whether one is nearly used up.</summary>
    private (Fault? Refused, Fault? Warned, Quantity? Remaining) Measure(
        PlannedScope scope, List<Value> values, Quantity amount, TakenHold? taken, DateTimeOffset now)
    {
        Fault? refused = null;
        Fault? warned = null;
        Quantity? remaining = null;
        foreach (var above in scope.Way)
            Measure(above.Path, NodeOf(above), above.Limits, amount, taken, now, ref refused, ref warned, ref remaining);
        foreach (var value in values)
            Measure(value.Path, value.Node, value.Rule.Limits, amount, taken, now, ref refused, ref warned, ref remaining);
        return (refused, warned, remaining);
    }

    private void Measure(
        ScopePath path, ScopeNode? node, ImmutableArray<LimitTerm> terms, Quantity amount, TakenHold? taken, DateTimeOffset now,
        ref Fault? refused, ref Fault? warned, ref Quantity? remaining)
    {
        foreach (var term in terms)
        {
            if (!term.IsInForce(now))
                continue;

            var limit = term.Limit + _adjustments.Raised(path, term.Period, now);
            var used = Used(path, node, term.Period, taken, now);
            var left = limit - used;
            if (amount > left)
                refused ??= DoesNotFit(path, term.Period, limit, left, amount);
            if (Plan.WarnAt is { } percent && (used + amount).Pico > PercentOf(limit, percent, up: false))
            {
                warned ??= new Fault(
                    ReasonCodes.BudgetThreshold, $"{used + amount} of the {LimitText(path, term.Period, limit)} are used: more than {percent} percent",
                    DeterminedBy(path, term.Period, limit));
            }

            remaining = remaining is { } least ? Quantity.Min(least, left - amount) : left - amount;
        }
    }

    /// <summary>All that counts against a limit now, but for the hold that the workload takes the place of.</summary>
    private Quantity Used(ScopePath path, ScopeNode? node, BudgetPeriod period, TakenHold? taken, DateTimeOffset now)
    {
        var used = _usage.Used(node, period, now);
        if (taken is null || node is null || IsOfAnotherLife(node, taken.HeldAt) || taken.HeldAt < _usage.Window(period, now).Start)
            return used;
        return taken.Scope.FromRoot().Contains(path) || (taken.OnDemand ?? []).Contains(path) ? used - taken.Amount : used;
    }

    private WorkloadEvent Admit(
        ReserveCommand command, Quantity amount, Quantity? worst, ReservationEstimate? estimated, List<Value> values, Fault? warned,
        Quantity? remaining, DateTimeOffset now)
    {
        var ttl = TimeSpan.FromSeconds(command.Request.TtlSeconds ?? WorkloadRequest.TtlSecondsDefault);
        var expiresAt = EntryText.Truncate(command.HoldUntil ?? now + ttl);
        ImmutableArray<ScopePath>? onDemand = values.Count == 0 ? null : [.. values.Select(value => value.Path)];
        var warning = warned is null ? null : new DecisionWarning(warned.Code, warned.Reason, warned.DeterminedBy);
        DelegationId? delegation = command.Chain is { IsDefaultOrEmpty: false } chain ? chain[^1] : null;
        if (command.HoldUntil is not null)
        {
            return new ApprovalHeld(
                command.Id, command.Request.Agent, command.Hash, command.Scope, amount, remaining, expiresAt, PriceBookOf(command.Charge, now),
                onDemand, worst, command.Charge.Rate, SpendAttributes.Of(command.Request), estimated, warning, delegation);
        }

        if (command.CommitsIn is { } commitsIn)
        {
            return new WorkloadHeld(
                command.Id, command.Request.Agent, command.Hash, commitsIn, command.Scope, amount, remaining, expiresAt, PriceBookOf(command.Charge, now),
                onDemand, worst, command.Charge.Rate, SpendAttributes.Of(command.Request), estimated, warning, delegation, command.Approval?.Approval);
        }

        // The first budget that warns, in the order in which they are asked, is the one that is told of.
        var told = command.Warning ?? warning;
        var reservation = new Reservation(root, command.Scope, amount, Unit, remaining, estimated);
        var decision = new Decision(
            command.Id, told is null ? DecisionResult.Allowed : DecisionResult.Warning, told?.Code, told?.Reason, told?.DeterminedBy,
            [.. command.Held, reservation], expiresAt, command.CheckedAt, command.Approval?.Approval.ToString(), Chain: command.Chain);
        return new WorkloadReserved(
            command.Id, command.Request, command.Hash, command.Scope, amount, expiresAt, decision, PriceBookOf(command.Charge, now),
            onDemand, worst, command.Charge.Rate, command.Approval?.Approval);
    }

    private static Fault Missing(string reason, string determinedBy) => new(ReasonCodes.BudgetMissing, reason, determinedBy);

    private Fault DoesNotFit(ScopePath path, BudgetPeriod period, Quantity limit, Quantity left, Quantity amount) => left <= Quantity.Zero
        ? new Fault(
            ReasonCodes.BudgetExceeded, $"nothing is left of the {LimitText(path, period, limit)}: wait for its next window or raise the limit",
            DeterminedBy(path, period, limit))
        : new Fault(
            ReasonCodes.BudgetReservationFailed, $"{amount} {Unit} do not fit the {left} {Unit} left of the {LimitText(path, period, limit)}: ask for less or raise the limit",
            DeterminedBy(path, period, limit));

    private string LimitText(ScopePath path, BudgetPeriod period, Quantity limit) => $"{limit} {Unit}{Every(period)} of {Text(path)}";

    private string DeterminedBy(ScopePath path, BudgetPeriod period, Quantity limit) => $"{Text(path)} limit {limit} {Unit}{Every(period)}";

    /// <summary>What a scope is called where people read it: a delegation by its name.</summary>
    private string Text(ScopePath path) =>
        root.IsOfDelegation && SpendLinks.DelegationOf(path) is { } delegation ? $"delegation {delegation}" : new BudgetPath(root, path).ToString();

    private static string Every(BudgetPeriod period) => period switch
    {
        BudgetPeriod.None => "",
        BudgetPeriod.Hour => " an hour",
        _ => $" a {period.ToString().ToLowerInvariant()}",
    };

    private static WorkloadRefused Refuse(ReserveCommand command, Fault fault) => new(
        command.Id, command.Request, command.Hash,
        new Decision(
            command.Id, fault.Result, fault.Code, fault.Reason, fault.DeterminedBy,

            // What earlier budgets recorded for it is given back, but it was reserved.
            command.Held.IsDefault ? [] : command.Held, null, command.CheckedAt, RetryAfterMs: fault.RetryAfterMs,
            Chain: command.Chain));

    /// <summary>What a charge is in this budget's unit, at the default price of its instant if need be, and whether that is the most that tokens may cost.</summary>
    private (Quantity? Amount, bool IsEstimate) Cost(Charge charge, DateTimeOffset instant)
    {
        if (charge.Amount is { } amount)
            return (amount, charge.IsEstimate);

        return _defaultPrices.At(instant) is { } price && charge is { InputTokens: { } input, OutputTokens: { } output }
            ? (price.Price(input, output), true)
            : (null, false);
    }

    private string? PriceBookOf(Charge charge, DateTimeOffset instant) =>
        charge.Amount is null && Cost(charge, instant).Amount is not null ? DefaultPrice.Version : charge.PriceBook;

    private ScopeNode? NodeOf(PlannedScope scope) => scope.Node ??= _usage.Find(scope.Path);

    /// <summary>A scope on demand that a charge counts in.</summary>
    private readonly record struct Value(ScopePath Path, PerValueRule Rule, OnDemandNode? Node);

    /// <summary>Why a workload does not fit, or is only just admitted.</summary>
    private sealed record Fault(
        string Code, string Reason, string DeterminedBy, DecisionResult Result = DecisionResult.Blocked, long? RetryAfterMs = null);
}
