using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority.Conditions;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Holds a request against the delegations of an agent. Any one complete chain may permit it; without one it is refused.
/// </summary>
public static class AuthorityEvaluator
{
    /// <summary>What the delegations of <paramref name="agent"/> say to a request.</summary>
    /// <remarks>
    /// A chain refuses with the first fault in this order, looked for from the topmost link: broken, revoked, not begun or
    /// over, operation, tool, provider, model, region, data, cost per operation. If every chain refuses, the fault is that
    /// of the chain that comes nearest: one in force, then one out of its time, then a revoked one, then a broken one; of
    /// equals the one whose own delegation's name is first.
    /// </remarks>
    /// <param name="agent">Who asks.</param>
    /// <param name="chains">One for each delegation that the agent was granted, in any order.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="now">When.</param>
    /// <param name="cost">What the request is estimated to cost in a unit; null if nobody can tell.</param>
    /// <exception cref="InvalidRequestException">Thrown by <paramref name="cost"/>: the request doesn't say what it needs.</exception>
    /// <exception cref="InvariantViolationException">A chain ends with another agent.</exception>
    public static AuthorityVerdict Evaluate(
        AgentId agent, ImmutableArray<AuthorityChain> chains, WorkloadRequest request, DateTimeOffset now, Func<Unit, Quantity?> cost)
    {
        if (chains.IsEmpty)
            return new AuthorityVerdict([], AuthorityFaults.NothingGranted(agent));
        if (chains.Length == 1)
        {
            return FaultOf(agent, chains[0], request, now, cost) is { } fault
                ? new AuthorityVerdict([], fault)
                : new AuthorityVerdict([Admit(chains[0], request, cost)], null);
        }

        var permitting = new List<AdmittedChain>(chains.Length);
        AuthorityFault? best = null;
        DelegationId bestOwn = default;
        foreach (var chain in chains)
        {
            if (FaultOf(agent, chain, request, now, cost) is not { } fault)
            {
                permitting.Add(Admit(chain, request, cost));
                continue;
            }

            var order = best is null ? -1 : Distance(fault).CompareTo(Distance(best));
            if (order > 0 || order == 0 && Own(chain).CompareTo(bestOwn) >= 0)
                continue;
            (best, bestOwn) = (fault, Own(chain));
        }

        if (permitting.Count == 0)
            return new AuthorityVerdict([], best);

        permitting.Sort(static (left, right) =>
        {
            var byApproval = (left.Approval is not null).CompareTo(right.Approval is not null);
            return byApproval != 0 ? byApproval : Own(left.Chain).CompareTo(Own(right.Chain));
        });
        return new AuthorityVerdict([.. permitting], null);
    }

    private static DelegationId Own(AuthorityChain chain) => chain.Ids.IsEmpty ? default : chain.Ids[^1];

    // How far the chain is from permitting anything.
    private static int Distance(AuthorityFault fault) => fault.Code switch
    {
        ReasonCodes.AuthorityExpired => 1,
        ReasonCodes.AuthorityRevoked => 2,
        ReasonCodes.AuthorityMissing or ReasonCodes.AgentSuspended or ReasonCodes.TenantSuspended => 3,
        _ => 0,
    };

    private static AdmittedChain Admit(AuthorityChain chain, WorkloadRequest request, Func<Unit, Quantity?> cost)
    {
        var terms = chain.Terms;
        var approvals = ImmutableArray<Delegation>.Empty;
        foreach (var link in terms.Conditions)
        {
            // Each link asks its own people: one that holds doesn't answer for those below it.
            if (link.ApprovalWhen!.Holds(new ConditionInput(request, cost)))
                approvals = approvals.Add(link);
        }

        return new AdmittedChain(chain, approvals, terms.Spend, terms.MaxConcurrent, terms.RequestsPerMinute, terms.TokensPerMinute);
    }

    /// <summary>Why a chain permits nothing at <paramref name="now"/>, whatever is asked; null if it is in force.</summary>
    public static AuthorityFault? Standing(AuthorityChain chain, DateTimeOffset now)
    {
        if (chain.Break is { } fault)
            return fault;

        var terms = chain.Terms;
        if (terms.FirstGap is { } gap)
            return AuthorityFaults.ParentMissing(gap);
        if (terms.IsRevoked)
            return RevokedLink(chain);
        return terms.NotBefore > now || terms.ExpiresAt <= now ? LinkOutOfTime(chain, now) : null;
    }

    // What all links permit together decides; the links are gone through only to say which of them refuses.
    private static AuthorityFault? FaultOf(
        AgentId agent, AuthorityChain chain, WorkloadRequest request, DateTimeOffset now, Func<Unit, Quantity?> cost)
    {
        if (chain.Break is { } fault)
            return fault;
        if (chain.Links.IsEmpty)
            return AuthorityFaults.NoLinks(agent);
        if (!IsGrantedTo(chain.Links[^1], agent))
            throw new InvariantViolationException($"delegation {chain.Ids[^1]} is granted to {chain.Links[^1].Definition.To}, not to agent {agent}");

        if (Standing(chain, now) is { } standing)
            return standing;

        var terms = chain.Terms;
        var permitted = terms.Capabilities;
        foreach (var kind in CapabilityKind.All)
        {
            if (kind.Denied(request, kind.Patterns(permitted)) is not null)
                return DenyingLink(chain, kind, request);
        }

        foreach (var limit in terms.CostPerOperation)
        {
            if (cost(limit.Unit) is not { } estimated || estimated > limit.Quantity)
                return CostlyLink(chain, cost);
        }

        return null;
    }

    private static bool IsGrantedTo(Delegation link, AgentId agent)
    {
        var name = link.Definition.To.Value.AsSpan();
        return name.StartsWith("agent:") && name["agent:".Length..].SequenceEqual(agent.Value);
    }

    private static AuthorityFault RevokedLink(AuthorityChain chain)
    {
        foreach (var link in chain.Links)
        {
            if (link.Revoked is { } end)
                return AuthorityFaults.Revoked(link, end);
        }

        throw Disagreement(chain);
    }

    private static AuthorityFault LinkOutOfTime(AuthorityChain chain, DateTimeOffset now)
    {
        foreach (var link in chain.Links)
        {
            if (link.Definition.NotBefore is { } begin && begin > now)
                return AuthorityFaults.NotYet(link, begin);
            if (link.Definition.ExpiresAt is { } end && end <= now)
                return AuthorityFaults.Expired(link, end);
        }

        throw Disagreement(chain);
    }

    private static AuthorityFault DenyingLink(AuthorityChain chain, CapabilityKind kind, WorkloadRequest request)
    {
        foreach (var link in chain.Links)
        {
            if (link.Definition.Capabilities is { } capabilities
                && kind.Patterns(capabilities) is { } patterns
                && kind.Denied(request, patterns) is { } asked)
                return AuthorityFaults.Denied(link, kind, asked, patterns);
        }

        throw Disagreement(chain);
    }

    private static AuthorityFault CostlyLink(AuthorityChain chain, Func<Unit, Quantity?> cost)
    {
        foreach (var link in chain.Links)
        {
            if (link.Definition.Limits?.CostPerOperation is not { } limit)
                continue;
            if (cost(limit.Unit) is not { } estimated)
                return AuthorityFaults.CostUnknown(link, limit);
            if (estimated > limit.Quantity)
                return AuthorityFaults.TooCostly(link, limit, estimated);
        }

        throw Disagreement(chain);
    }

    private static InvariantViolationException Disagreement(AuthorityChain chain) =>
        new($"the chain of delegation {chain.Ids[^1]} refuses what each of its links permits");
}
