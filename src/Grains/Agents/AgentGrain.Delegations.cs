using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// What an agent is granted, and what it passes on.
public sealed partial class AgentGrain
{
    /// <summary>The most workloads in one question after revoked ones.</summary>
    private const int RevokedQuestionMax = 1_000;

    /// <summary>How many of them are looked up in the ledger at once: whoever asks waits no longer than a call may take.</summary>
    private const int RevokedLookUpsAtOnce = 16;

    /// <inheritdoc/>
    public async Task<DelegationView> PutDelegationAsync(DelegationId id, DelegationDefinition definition, Principal by)
    {
        var caller = CallerContext.Current;
        DelegationRules.Require(definition);
        if (definition.To != Principal.Of(Agent))
            throw new InvalidRequestException("to", $"is {definition.To}, but the delegation went to {Agent}");

        await RequireRegisteredAsync();

        // The key, and what is above, are looked at as the ledger has them now: nobody is told later that what was made is wider.
        await Watch.RefreshAsync();
        var credential = await tenants.RequireKnownAsync(caller);
        var parent = await ParentAsync(definition);
        var suspension = credential?.Role == Role.Admin ? null : await SuspensionAsync(definition.From);
        await RequireRegisteredAsync();
        var known = State.Authority.Find(id);
        if (known is { Revoked: { } end })
            throw new ConflictException("delegation_revoked", $"the delegation {id} was revoked by {end.By} and its name is spent; make another");
        if (known is not null && ContentHash.Of(known.Definition) == ContentHash.Of(definition))
        {
            try
            {
                await DurableAsync();
                return known.View(Now);
            }
            catch (UnavailableException)
            {
                // It may have been on its way, while the name was given to another agent.
                throw await ExistsAsync(id);
            }
        }

        if (suspension is not null)
            throw new ConflictException("agent_suspended", $"the agent {definition.From.Agent} is suspended: {suspension}; it can pass nothing on");
        if (known is not null)
            DelegationRules.RequireUnchanged(known, definition);
        else if (!State.Authority.HasRoom(Now))
            throw new ConflictException("too_many_delegations", $"the agent {Agent} holds {AgentAuthority.DelegationsMax} delegations that are in force, and can hold no more: revoke some");
        if (parent is not null)
            DelegationRules.RequireNarrower(definition, parent, isMade: known is not null);
        if (definition.ExpiresAt <= Now)
            throw new InvalidRequestException("expiresAt", "must be in the future; revoke the delegation to end it");

        try
        {
            // The answer is what this call made, whatever another makes of it before it is durable.
            var appending = AppendAsync(known is null ? new DelegationGranted(id, definition, by) : new DelegationChanged(id, definition, by));
            var view = State.Authority.Find(id)!.View(Now);
            await appending;
            return view;
        }
        catch (DecisionExistsException)
        {
            throw await ExistsAsync(id);
        }
    }

    /// <inheritdoc/>
    public async Task<DelegationView> GetDelegationAsync(DelegationId id)
    {
        await CurrentAsync();
        var view = (State.Authority.Find(id) ?? throw DelegationNotFound(id)).View(Now);
        await DurableAsync();
        return view;
    }

    /// <inheritdoc/>
    public async Task<AuthorityChange> RevokeDelegationAsync(DelegationId id, string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        var started = Time.GetTimestamp();
        await FreshAsync();
        if (State.Authority.Find(id) is not { Revoked: null })
        {
            // Nothing would be written, so the ledger does not fence off an activation that lives in the past: it has to ask.
            await CurrentAsync();
            if (State.Authority.Find(id) is null && !await HasEndedAsync(id) && State.Authority.Find(id) is null)
                throw DelegationNotFound(id);
        }

        var epoch = State.Authority.Find(id) is { Revoked: null } ? await AppendAsync(new DelegationRevoked(id, reason, by)) : await EpochAsync();
        return Revoked(epoch, started);
    }

    /// <inheritdoc/>
    public async Task<DelegationChainView> GetChainAsync(DelegationId id)
    {
        await CurrentAsync();
        await Watch.RefreshAsync();
        await FreshAsync();
        var own = State.Authority;
        var delegation = own.Find(id) ?? throw DelegationNotFound(id);
        await DurableAsync();

        var grantors = new Dictionary<StreamId, AuthorityReading>();
        var chain = await ChainAsync(delegation, grantors);
        var now = Now;
        var fault = AuthorityEvaluator.Standing(chain, now) ?? OwnFault(own);
        return new DelegationChainView(
            id, fault is null, fault?.Code, fault?.Reason,
            [.. chain.Links.Select(link => LinkOf(link, StreamOf(link) == Stream ? own : grantors.GetValueOrDefault(StreamOf(link))?.Authority ?? AgentAuthority.None, now))],
            AuthorityChainRules.Effective(chain));
    }

    /// <inheritdoc/>
    public async Task<DelegationView> DelegateAsync(DelegationId id, DelegationDefinition definition)
    {
        var caller = CallerContext.Current;
        var by = caller?.Principal ?? Principal.Of(Agent);
        if (definition.From != Principal.Of(Agent))
            throw new InvalidRequestException("from", $"is {definition.From}, but {Agent} passes on only what it holds itself: {Principal.Of(Agent)}");
        if (!Principal.TryParse(definition.To.Value, null, out var to) || to.Agent is not { } grantee)
            throw new InvalidRequestException("to", "must be an agent, as in agent:worker");

        await RequireOwnKeyAsync(caller, DelegationAccess.WriteRefusal);
        await RequireRegisteredAsync();
        return State.Refusal is { } refusal
            ? throw new ConflictException("agent_suspended", $"{refusal}; it can pass nothing on")
            : await grains.Find<IAgentGrain>(IAgentGrain.Key(Tenant, grantee)).PutDelegationAsync(id, definition, by);
    }

    /// <inheritdoc/>
    public async Task<AuthorityChange> EndDelegationAsync(DelegationId id, string reason)
    {
        var caller = CallerContext.Current;
        var by = caller?.Principal ?? Principal.Of(Agent);
        WorkloadRequestRules.RequireText(reason, "reason");
        await RequireOwnKeyAsync(caller, DelegationAccess.RevokeRefusal);
        if (await MadeAsync(id) is not { } made || made.Definition.From != Principal.Of(Agent))
            throw new NotFoundException("delegation_not_found", $"{Agent} passed on no delegation {id}");
        return await grains.Find<IAgentGrain>(IAgentGrain.Key(Tenant, made.Definition.To.Agent!.Value)).RevokeDelegationAsync(id, reason, by);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<WorkloadId>> ListRevokedAsync(ImmutableArray<WorkloadId> workloads)
    {
        var caller = CallerContext.Current;
        if (workloads.IsDefault || workloads.Length > RevokedQuestionMax)
            throw new InvalidRequestException("workloads", $"has {(workloads.IsDefault ? 0 : workloads.Length)} items; 1 to {RevokedQuestionMax} are taken");

        // No append of this call tells the epoch.
        await Watch.RefreshAsync();
        var revoked = ImmutableArray.CreateBuilder<WorkloadId>();
        foreach (var few in workloads.Chunk(RevokedLookUpsAtOnce))
            revoked.AddRange((await Task.WhenAll(few.Select(IsRevokedAsync))).Zip(few).Where(pair => pair.First).Select(pair => pair.Second));
        return revoked.ToImmutable();

        async Task<bool> IsRevokedAsync(WorkloadId id) =>
            await FindAdmittedAsync(id) is { } admitted && (await CheckAuthorityAsync(admitted.Request, caller, admitted.Decision.Chain)).Refusal is not null;
    }

    /// <summary>
    /// The gateway lets a key in that is bound to no agent, as it may ask for any agent's decision. To pass on what an agent
    /// holds takes that agent's own key, or a person who may act for it.
    /// </summary>
    private async Task RequireOwnKeyAsync(CallerContext? caller, Func<Credential, TenantId, Principal, string?> refusalOf)
    {
        if (await tenants.RequireKnownAsync(caller) is { } credential && refusalOf(credential, Tenant, Principal.Of(Agent)) is { } refusal)
            throw AccessDeniedException.Forbidden(refusal);
    }

    /// <summary>Why the agent that would pass something on may not act; null if it may, or if a person grants it.</summary>
    private async ValueTask<string?> SuspensionAsync(Principal from)
    {
        if (from.Agent is not { } grantor)
            return null;

        var authority = (await directory.GetAsync(new StreamId(IAgentGrain.Key(Tenant, grantor)))).Authority;
        return authority.State == AgentState.Suspended ? authority.Suspension : null;
    }

    /// <summary>The chain that a delegation would pass on; null if a person grants it.</summary>
    private async Task<AuthorityChain?> ParentAsync(DelegationDefinition definition)
    {
        if (definition.Parent is not { } id || definition.From.Agent is not { } grantor)
            return null;

        var stream = new StreamId(IAgentGrain.Key(Tenant, grantor));
        var authority = (await directory.GetAsync(stream)).Authority;
        var parent = authority.Find(id)
            ?? throw new NotFoundException("delegation_not_found", $"parent: {definition.From} holds no delegation {id} that it could pass on");
        var chain = await ChainAsync(parent, []);
        foreach (var link in chain.Links)
        {
            if (link.Revoked is { } end)
                throw new ConflictException("delegation_revoked", $"parent: the delegation {link.Id} was revoked by {end.By}, so that nothing can be passed on through it");
            if (link.StateAt(Now) == DelegationState.Expired)
                throw new InvalidRequestException("parent", $"the delegation {link.Id} has expired, so that nothing can be passed on through it");
        }

        return chain.Break is { Code: not ReasonCodes.AgentSuspended } fault ? throw new ConflictException("delegation_revoked", $"parent: {fault.Reason}") : chain;
    }

    /// <summary>How a delegation of this name was made, by whomever it was granted to; null if none ever was.</summary>
    private async Task<DelegationGranted?> MadeAsync(DelegationId id)
    {
        try
        {
            var entries = await Reader.FindWorkloadAsync(Tenant, id.Subject);
            return entries.IsEmpty ? null : EntryText.Read(entries[0]) as DelegationGranted;
        }
        catch (Exception error) when (error is not GenOpsException)
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }
    }

    private async Task<Exception> ExistsAsync(DelegationId id)
    {
        if (await MadeAsync(id) is { } made && made.Definition.To != Principal.Of(Agent))
            return new ConflictException("delegation_exists", $"the delegation {id} was granted to {made.Definition.To}: choose another name");

        // If it has not ended, the same command, sent again through another activation, has been here.
        return await HasEndedAsync(id)
            ? new ConflictException("delegation_revoked", $"the delegation {id} ended some time ago and its name is spent; make another")
            : UnavailableException.Unreachable($"the delegation {id} is being made elsewhere; send the same request again");
    }

    /// <summary>Whether a delegation of this name was made for this agent and is over, so long that the agent has forgotten it.</summary>
    private async Task<bool> HasEndedAsync(DelegationId id)
    {
        if (await MadeAsync(id) is not { } made || made.Definition.To != Principal.Of(Agent))
            return false;

        // In this order: only what has ended is forgotten, but the state may be older than what was made just now.
        await CurrentAsync();
        return State.Authority.Find(id) is null;
    }

    private async ValueTask<Epoch> EpochAsync()
    {
        // What is in the state may be on its way.
        await DurableAsync();
        await Watch.RefreshAsync();
        return Watch.Current.Epoch;
    }

    private StreamId StreamOf(Delegation link) => new(IAgentGrain.Key(Tenant, link.Definition.To.Agent!.Value));

    private AuthorityFault? OwnFault(AgentAuthority own) => own.State switch
    {
        AgentState.Suspended => new AuthorityFault(ReasonCodes.AgentSuspended, $"the agent {Agent} is suspended: {own.Suspension}", Stream.Value),
        AgentState.Closed => new AuthorityFault(ReasonCodes.AuthorityRevoked, $"the agent {Agent} was removed", Stream.Value),
        _ => null,
    };

    private static DelegationLinkView LinkOf(Delegation link, AgentAuthority grantee, DateTimeOffset now)
    {
        var stops = link.StateAt(now) switch
        {
            DelegationState.Revoked => $"revoked by {link.Revoked!.By} at {InstantJsonConverter.Text(link.Revoked.At)}: {link.Revoked.Reason}",
            DelegationState.Expired => $"expired at {InstantJsonConverter.Text(link.Definition.ExpiresAt!.Value)}",
            DelegationState.NotYet => $"begins at {InstantJsonConverter.Text(link.Definition.NotBefore!.Value)}",
            _ when grantee.State == AgentState.Suspended => $"{link.Definition.To} is suspended: {grantee.Suspension}",
            _ when grantee.State == AgentState.Closed => $"{link.Definition.To} was removed",
            _ => null,
        };
        return new DelegationLinkView(link.View(now), grantee.State, stops);
    }

    private NotFoundException DelegationNotFound(DelegationId id) =>
        new("delegation_not_found", $"the agent {Agent} was granted no delegation {id}");

    private AuthorityChange Revoked(Epoch epoch, long started)
    {
        var elapsed = Time.GetElapsedTime(started);
        DecisionInstruments.Revoked(elapsed);
        return new AuthorityChange(epoch, elapsed.TotalMilliseconds);
    }
}
