using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// Whether an agent may do what it asks for: the tenant, the key that asks, the agent itself, and its chains of delegations.
public sealed partial class AgentGrain
{
    private GrantedChains? _chains;

    /// <summary>
    /// What authority says to <paramref name="request"/>, and at which epoch. Everything it reads is good at that epoch,
    /// and there is no await between the reading and the return.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="caller">Whose key asks; null if the control plane itself does.</param>
    /// <param name="only">The chain that must permit it, for what was decided on one; any may if null.</param>
    private async ValueTask<AuthorityCheck> CheckAuthorityAsync(
        WorkloadRequest request, CallerContext? caller, ImmutableArray<DelegationId>? only = null)
    {
        while (true)
        {
            await ChangedAsync();
            await FreshAsync();
            var tenant = await tenants.GetAsync(Tenant);
            var keys = caller is null || caller.KeyTenant == Tenant ? tenant : await tenants.GetAsync(caller.KeyTenant);
            var granted = await GrantedAsync();
            await ReadyAsync();
            var snapshot = Watch.Current;
            if (IsChanging || IsStale || !tenants.IsFresh(Tenant, tenant) || !IsFresh(granted)
                || caller is not null && !ReferenceEquals(keys, tenant) && !tenants.IsFresh(caller.KeyTenant, keys))
            {
                continue;
            }

            var prices = tenant.Prices.Newest;
            var bindings = State.Bindings;
            if (tenant.Refusal is { } tenantRefusal)
                return Refused(new AuthorityFault(ReasonCodes.TenantSuspended, tenantRefusal, ITenantGrain.Key(Tenant)));
            if (caller is not null && !(keys.Keys.TryGetValue(caller.KeyId, out var key) && key.IsGood(Time.GetUtcNow())))
            {
                return Refused(new AuthorityFault(
                    ReasonCodes.AuthorityRevoked, $"the key {caller.KeyId} of {caller.Principal} was revoked or has expired; ask with another", $"key {caller.KeyId}"));
            }

            if (State.Refusal is { } agentRefusal)
                return Refused(new AuthorityFault(ReasonCodes.AgentSuspended, agentRefusal, Stream.Value));
            if (!State.Exists)
                return Refused(new AuthorityFault(ReasonCodes.AuthorityRevoked, $"the agent {Agent} was removed", Stream.Value));

            var chains = only is { } ids ? granted.Chains.RemoveAll(chain => !chain.Ids.AsSpan().SequenceEqual(ids.AsSpan())) : granted.Chains;
            var verdict = AuthorityEvaluator.Evaluate(
                Agent, chains, request, Now, unit => charges.Estimate(request, unit, prices, Now).Amount);
            return verdict.Fault is not { } fault ? new AuthorityCheck(snapshot.Epoch, null, null, verdict.Permitting, prices, bindings)
                : tenant.Authority == AuthorityMode.Observe ? new AuthorityCheck(snapshot.Epoch, null, fault, [], prices, bindings)
                : Refused(fault);

            AuthorityCheck Refused(AuthorityFault fault) => new(snapshot.Epoch, fault, null, [], prices, bindings);
        }
    }

    /// <exception cref="ConflictException"><c>authority_revoked</c>: what was allowed no longer is.</exception>
    private async Task<Epoch> RequireAuthorityAsync(WorkloadId id, WorkloadRequest request, Decision decision, CallerContext? caller)
    {
        var check = await CheckAuthorityAsync(request, caller, decision.Chain);
        return check.Refusal is { } refusal ? throw AuthorityRevoked(id, refusal.Reason) : check.CheckedAt;
    }

    private static ConflictException AuthorityRevoked(WorkloadId id, string? reason) =>
        new("authority_revoked", $"the workload {id} was allowed, and no longer is: {reason}");

    private static Decision Refusal(WorkloadId id, AuthorityFault fault, Epoch checkedAt) =>
        Refusal(id, fault.Code, fault.Reason, fault.DeterminedBy, checkedAt);

    private static Decision Refusal(WorkloadId id, string code, string reason, string determinedBy, Epoch checkedAt) =>
        new(id, DecisionResult.Blocked, code, reason, determinedBy, [], null, checkedAt);

    private bool IsFresh(GrantedChains granted)
    {
        if (!ReferenceEquals(granted.Own, State.Authority))
            return false;

        foreach (var (stream, label) in granted.Grantors)
        {
            if (!directory.IsFresh(stream, label))
                return false;
        }

        return true;
    }

    /// <summary>The chains of everything that the agent was granted; kept until something on the way changes.</summary>
    private async ValueTask<GrantedChains> GrantedAsync()
    {
        await ReadyAsync();
        if (_chains is { } known && IsFresh(known))
            return known;

        var own = State.Authority;
        var grantors = new Dictionary<StreamId, AuthorityReading>();
        var chains = ImmutableArray.CreateBuilder<AuthorityChain>(own.Delegations.Length);
        foreach (var delegation in own.Delegations)
            chains.Add(await ChainAsync(delegation, grantors));
        await ReadyAsync();
        return _chains = new GrantedChains(own, chains.MoveToImmutable(), [.. grantors.Select(pair => (pair.Key, pair.Value.Label))]);
    }

    /// <summary>Follows a delegation up to the person whose authority it is.</summary>
    /// <param name="last">The delegation.</param>
    /// <param name="grantors">The agents that were read so far; those on the way are added.</param>
    private async ValueTask<AuthorityChain> ChainAsync(Delegation last, Dictionary<StreamId, AuthorityReading> grantors)
    {
        var links = new List<Delegation> { last };
        AuthorityFault? fault = null;

        for (var link = last; link.Definition.From.Agent is { } grantor;)
        {
            var stream = new StreamId(IAgentGrain.Key(Tenant, grantor));
            if (!grantors.TryGetValue(stream, out var reading))
                grantors.Add(stream, reading = await directory.GetAsync(stream));
            var authority = reading.Authority;
            fault = Stop(grantor, authority, stream) ?? fault;
            if (link.Definition.Parent is not { } parent || authority.Find(parent) is not { } above || links.Count == DelegationDefinition.ChainLengthMax)
            {
                fault ??= new AuthorityFault(
                    ReasonCodes.AuthorityMissing, $"the delegation {link.Id} passes on {link.Definition.Parent}, which {link.Definition.From} does not hold", $"delegation {link.Id}");
                break;
            }

            links.Add(link = above);
        }

        links.Reverse();
        return new AuthorityChain([.. links], fault);
    }

    /// <summary>Why nothing is permitted through an agent; null if it may act.</summary>
    private static AuthorityFault? Stop(AgentId agent, AgentAuthority authority, StreamId stream) => authority switch
    {
        { State: AgentState.Closed } => new AuthorityFault(
            ReasonCodes.AuthorityRevoked, $"the agent {agent}, which passed the authority on, was removed", stream.Value),
        { State: AgentState.Suspended } => new AuthorityFault(
            ReasonCodes.AgentSuspended, $"the agent {agent}, which passed the authority on, is suspended: {authority.Suspension}", stream.Value),
        { IsRegistered: false } => new AuthorityFault(
            ReasonCodes.AuthorityMissing, $"the agent {agent}, which passed the authority on, is not registered", stream.Value),
        _ => null,
    };
}
