using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority.Conditions;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>What a delegation must satisfy when somebody makes or changes it. What is recorded already is never asked again.</summary>
public static class DelegationRules
{
    /// <summary>Does nothing if <paramref name="definition"/> is well formed, whatever is above it.</summary>
    /// <exception cref="InvalidRequestException">It is not; the message names the field and how to fix it.</exception>
    public static void Require(DelegationDefinition definition)
    {
        RequirePrincipals(definition);
        if (definition.Capabilities is { } capabilities)
        {
            foreach (var kind in CapabilityKind.All)
                RequirePatterns($"capabilities.{kind.Field}", kind.Patterns(capabilities));
        }

        if (definition.Limits is { } limits)
            RequireLimits(limits);
        if (definition.ExpiresAt <= definition.NotBefore)
            throw new InvalidRequestException("expiresAt", "must be later than notBefore");
        if (definition.ApprovalWhen is { } condition)
            Condition.ReadNew(condition, Delegation.CostUnit(definition));
        if (definition.ApproverGroup is not { } group)
            return;
        if (!NameSyntax.IsValid(group))
            throw new InvalidRequestException("approverGroup", $"is the name of a group, {NameSyntax.Rule}");
        if (definition.ApprovalWhen is null)
            throw new InvalidRequestException("approverGroup", "says who approves, but nothing says what; state approvalWhen, too");
    }

    /// <summary>Does nothing if <paramref name="child"/> is nowhere wider than the chain that it passes on.</summary>
    /// <remarks>What is absent is inherited, and so never wider. Whether the chain is in force now doesn't matter: only that it may be again.</remarks>
    /// <param name="child">What somebody wants to grant, well formed as <see cref="Require"/> says.</param>
    /// <param name="parent">The chain of the delegation that it names as its parent.</param>
    /// <param name="isMade">
    /// Whether it is there already and is changed: a limit of depth that was lowered since must not stop it from being narrowed.
    /// </param>
    /// <exception cref="InvalidRequestException">It is wider, or can't be passed on; names the field, what it permits and what the chain permits.</exception>
    /// <exception cref="ConflictException"><c>delegation_revoked</c>: one above is revoked.</exception>
    public static void RequireNarrower(DelegationDefinition child, AuthorityChain parent, bool isMade = false)
    {
        RequirePassable(child, parent, isMade);
        foreach (var link in parent.Links)
        {
            var above = link.Definition;
            RequireCovered(child, link);
            RequireLess("limits.maxConcurrent", child.Limits?.MaxConcurrent, link, above.Limits?.MaxConcurrent);
            RequireLess("limits.requestsPerMinute", child.Limits?.RequestsPerMinute, link, above.Limits?.RequestsPerMinute);
            RequireLess("limits.tokensPerMinute", child.Limits?.TokensPerMinute, link, above.Limits?.TokensPerMinute);
            if (child.Limits?.CostPerOperation is { } cost && above.Limits?.CostPerOperation is { } most
                && cost.Unit == most.Unit && cost.Quantity > most.Quantity)
                throw Wider("limits.costPerOperation", $"permits {cost}", link, $"permits at most {most}");
            if (child.Limits?.Spend is { } spend && above.Limits?.Spend is { } limit)
                RequireLess(spend, link, limit);
            if (child.NotBefore is { } begin && above.NotBefore is { } earliest && begin < earliest)
                throw Wider("notBefore", $"begins at {AuthorityFaults.At(begin)}", link, $"begins only at {AuthorityFaults.At(earliest)}");
            if (child.ExpiresAt is { } end && above.ExpiresAt is { } latest && end > latest)
                throw Wider("expiresAt", $"ends at {AuthorityFaults.At(end)}", link, $"ends at {AuthorityFaults.At(latest)}");
        }

        var below = Math.Max(0, parent.Terms.DepthLeft - 1);
        if (child.Limits?.MaxDepth is { } depth && depth > below)
            throw new InvalidRequestException(
                "limits.maxDepth", $"permits {depth} more below, but the chain of delegation {parent.Ids[^1]} leaves only {below}");
    }

    /// <summary>Does nothing if <paramref name="after"/> keeps what is fixed once a delegation is made.</summary>
    /// <exception cref="ConflictException"><c>delegation_fixed</c>: it does not; <c>delegation_revoked</c>: it was revoked, for ever.</exception>
    public static void RequireUnchanged(Delegation before, DelegationDefinition after)
    {
        if (before.Revoked is { } end)
            throw new ConflictException(
                "delegation_revoked", $"delegation {before.Id} was revoked at {AuthorityFaults.At(end.At)}, for ever; make one with another id");

        var was = before.Definition;
        RequireSame(before, "from", was.From.Value, after.From.Value);
        RequireSame(before, "to", was.To.Value, after.To.Value);
        RequireSame(before, "parent", was.Parent?.Value ?? "none", after.Parent?.Value ?? "none");
        RequireSame(before, "limits.spend", Counted(was), Counted(after));
    }

    private static string Counted(DelegationDefinition definition) =>
        definition.Limits?.Spend is { } spend ? $"{spend.Unit} {Every(spend)}" : "none";

    private static string Every(SpendLimit spend) => (spend.Period ?? BudgetPeriod.None) switch
    {
        BudgetPeriod.None => "for all time",
        BudgetPeriod.Hour => "an hour",
        var period => $"a {Enum.GetName(period)!.ToLowerInvariant()}",
    };

    private static void RequireSame(Delegation before, string field, string was, string now)
    {
        if (was != now)
            throw new ConflictException(
                "delegation_fixed", $"{field}: delegation {before.Id} has {was} for good, not {now}; revoke it and make one with another id");
    }

    private static void RequirePrincipals(DelegationDefinition definition)
    {
        if (!Principal.TryParse(definition.From.Value, null, out var from))
            throw new InvalidRequestException("from", $"is required: the principal that grants, 'user:' or 'agent:' and a name of {NameSyntax.Rule}");
        if (!Principal.TryParse(definition.To.Value, null, out var to) || !to.IsAgent)
            throw new InvalidRequestException("to", $"is required: the agent that is granted, 'agent:' and a name of {NameSyntax.Rule}");
        if (definition.Parent is { } parent && !NameSyntax.IsValid(parent.Value))
            throw new InvalidRequestException("parent", $"is a delegation's id, {NameSyntax.Rule}");
        if (from.IsAgent && definition.Parent is null)
            throw new InvalidRequestException("parent", $"is required: {from} is an agent and passes on what a delegation granted it; name that one");
        if (!from.IsAgent && definition.Parent is not null)
            throw new InvalidRequestException("parent", $"must be absent: {from} is a person, who holds all authority and passes on no delegation");
        if (from == to)
            throw new InvalidRequestException("to", $"is {to}, which grants; name another agent");
    }

    private static void RequirePatterns(string field, ImmutableArray<string>? list)
    {
        if (list is not { } patterns)
            return;
        if (patterns.IsDefault || patterns.Length > Capabilities.ItemsMax)
            throw new InvalidRequestException(field, $"is a list of at most {Capabilities.ItemsMax} names{(patterns.IsDefault ? "" : $", and has {patterns.Length}")}");

        for (var i = 0; i < patterns.Length; i++)
        {
            var pattern = patterns[i];
            if (string.IsNullOrWhiteSpace(pattern))
                throw new InvalidRequestException($"{field}[{i}]", "must not be empty; * permits everything");
            if (pattern.Length > CapabilityPatterns.LengthMax)
                throw new InvalidRequestException($"{field}[{i}]", $"has {pattern.Length} characters; at most {CapabilityPatterns.LengthMax} are taken");
            if (JsonText.Fault(pattern) is { } fault)
                throw new InvalidRequestException($"{field}[{i}]", fault);
            if (pattern.IndexOf('*', StringComparison.Ordinal) is var star and >= 0 && star < pattern.Length - 1)
                throw new InvalidRequestException($"{field}[{i}]", $"is {pattern}, but * stands only at the end, for anything that follows");
        }
    }

    private static void RequireLimits(DelegationLimits limits)
    {
        if (limits.CostPerOperation is { } cost)
            RequireAmount("limits.costPerOperation", cost.Quantity, cost.Unit);
        if (limits.Spend is { } spend)
        {
            RequireAmount("limits.spend", spend.Quantity, spend.Unit);
            if (spend.Period is { } period && !Enum.IsDefined(period))
                throw new InvalidRequestException("limits.spend.period", "must be none, hour, day, week, month, quarter or year");
        }

        if (limits.MaxConcurrent < 1)
            throw new InvalidRequestException("limits.maxConcurrent", "must be 1 or more; to stop all work, revoke it or suspend the agent");
        if (limits.RequestsPerMinute < 1)
            throw new InvalidRequestException("limits.requestsPerMinute", "must be 1 or more; to stop all work, revoke it or suspend the agent");
        if (limits.TokensPerMinute is < 1 or > WorkloadRequestRules.TokensMax)
            throw new InvalidRequestException("limits.tokensPerMinute", $"must be from 1 to {WorkloadRequestRules.TokensMax}");
        if (limits.MaxDepth is < 0 or > DelegationDefinition.ChainLengthMax)
            throw new InvalidRequestException("limits.maxDepth", $"must be from 0, so that it can't be passed on, to {DelegationDefinition.ChainLengthMax}");
    }

    private static void RequireAmount(string field, Quantity quantity, Unit unit)
    {
        if (!Unit.TryParse(unit.Code, null, out _))
            throw new InvalidRequestException($"{field}.unit", "is required: an ISO 4217 currency code or a unit's name");
        if (quantity.IsNegative || quantity >= Quantity.Bound)
            throw new InvalidRequestException($"{field}.amount", "must be 0 or more, and less than 1e18");
    }

    private static void RequirePassable(DelegationDefinition child, AuthorityChain parent, bool isMade)
    {
        foreach (var link in parent.Links)
        {
            if (link.Revoked is { } end)
                throw new ConflictException(
                    "delegation_revoked", $"delegation {link.Id}, which this would pass on, was revoked at {AuthorityFaults.At(end.At)}, for ever; pass on another");
        }

        if (parent.Break is { Code: ReasonCodes.AuthorityRevoked } closed)
            throw new ConflictException("delegation_revoked", closed.Reason);
        if (parent.Links.IsEmpty || parent.Break is { Code: ReasonCodes.AuthorityMissing } || parent.Terms.FirstGap is not null)
            throw new InvalidRequestException("parent", parent.Break?.Reason ?? "names a delegation whose chain does not reach a person; pass on another");

        var last = parent.Links[^1];
        if (child.Parent != last.Id || child.From != last.Definition.To)
            throw new InvalidRequestException(
                "parent", $"is {child.Parent?.Value ?? "absent"}, and the grantor {child.From}, but delegation {last.Id} is granted to {last.Definition.To}, which alone can pass it on");
        foreach (var link in parent.Links)
        {
            if (link.Definition.To == child.To)
                throw new InvalidRequestException(
                    "to", $"is {child.To}, but delegation {link.Id} above grants to {link.Definition.To} already: authority isn't passed in a circle");
        }

        if (parent.Terms.DepthLeft > 0 || isMade)
            return;

        var deciding = parent.Links.Where((link, at) => link.Definition.Limits?.MaxDepth <= parent.Links.Length - 1 - at).FirstOrDefault();
        throw new InvalidRequestException(
            "parent",
            deciding is null
                ? $"is the last of {parent.Links.Length} delegations in a row; a chain has at most {DelegationDefinition.ChainLengthMax}"
                : $"can't be passed on: delegation {deciding.Id} permits only {deciding.Definition.Limits!.MaxDepth} more below it (limits.maxDepth)");
    }

    private static void RequireCovered(DelegationDefinition child, Delegation link)
    {
        if (child.Capabilities is not { } wanted || link.Definition.Capabilities is not { } permitted)
            return;

        foreach (var kind in CapabilityKind.All)
        {
            if (kind.Patterns(wanted) is not { } patterns || kind.Patterns(permitted) is not { } above)
                continue;
            foreach (var pattern in patterns)
            {
                if (!CapabilityPatterns.Cover(above, pattern))
                    throw Wider($"capabilities.{kind.Field}", $"permits {pattern}", link, above.IsEmpty ? "permits none" : $"permits only {AuthorityFaults.List(above)}");
            }
        }
    }

    private static void RequireLess(string field, long? wanted, Delegation link, long? most)
    {
        if (wanted > most)
            throw Wider(field, $"permits {wanted}", link, $"permits at most {most}");
    }

    private static void RequireLess(SpendLimit wanted, Delegation link, SpendLimit most)
    {
        if (wanted.Unit != most.Unit)
            throw Wider("limits.spend", $"counts {wanted.Unit}", link, $"counts {most.Unit}; one chain counts one unit");

        // More than above is no wider if it is for a longer window: then the window above is the one that fills first.
        if (wanted.Quantity > most.Quantity && Length(wanted) <= Length(most))
            throw Wider("limits.spend", $"permits {Spend(wanted)}", link, $"permits at most {Spend(most)}");
    }

    private static string Spend(SpendLimit limit) => $"{limit.Quantity} {limit.Unit} {Every(limit)}";

    private static int Length(SpendLimit limit) => limit.Period switch
    {
        BudgetPeriod.Hour => 0,
        BudgetPeriod.Day => 1,
        BudgetPeriod.Week => 2,
        BudgetPeriod.Month => 3,
        BudgetPeriod.Quarter => 4,
        BudgetPeriod.Year => 5,
        _ => 6,
    };

    private static InvalidRequestException Wider(string field, string wanted, Delegation link, string permitted) =>
        new(field, $"{wanted}, but delegation {link.Id} {permitted}");
}
