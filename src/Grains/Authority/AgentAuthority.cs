using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Whether an agent may act and what it was granted: a fold over its stream. Immutable, so that the agent's own state and
/// what others have cached of it can be told apart by reference.
/// </summary>
public sealed class AgentAuthority
{
    /// <summary>The most delegations of one agent, ended ones included: those are forgotten when room is needed.</summary>
    public const int DelegationsMax = 1_000;

    private readonly ImmutableArray<Delegation> _delegations;

    private AgentAuthority(bool isRegistered, AgentState state, string? suspension, ImmutableArray<Delegation> delegations)
    {
        IsRegistered = isRegistered;
        State = state;
        Suspension = suspension;
        _delegations = delegations;
    }

    /// <summary>Before anything happened.</summary>
    public static AgentAuthority None { get; } = new(false, AgentState.Active, null, []);

    /// <summary>Whether it was ever registered.</summary>
    public bool IsRegistered { get; }

    /// <summary>Whether it may act.</summary>
    public AgentState State { get; }

    /// <summary>Why it is suspended, also after it was removed; null if it is not.</summary>
    public string? Suspension { get; }

    /// <summary>What it was granted, by name.</summary>
    public ImmutableArray<Delegation> Delegations => _delegations;

    /// <summary>What a snapshot kept.</summary>
    public static AgentAuthority Of(bool isRegistered, AgentState state, string? suspension, IEnumerable<Delegation> delegations) =>
        new(isRegistered, state, suspension, [.. delegations.OrderBy(delegation => delegation.Id)]);

    /// <summary>A delegation; null if it has none of this name.</summary>
    public Delegation? Find(DelegationId id)
    {
        var place = PlaceOf(id);
        return place >= 0 ? _delegations[place] : null;
    }

    /// <summary>Whether one more fits: ended ones give way.</summary>
    public bool HasRoom(DateTimeOffset now) => _delegations.Length < DelegationsMax || FirstEnded(now) >= 0;

    /// <summary>This after <paramref name="content"/> happened at <paramref name="at"/>; the same object if that changes nothing here.</summary>
    /// <exception cref="InvalidDataException">It does not follow.</exception>
    public AgentAuthority After(LedgerEvent content, DateTimeOffset at) => content switch
    {
        // Only a resume ends a suspension, not a new registration.
        AgentDefined => new(true, Suspension is null ? AgentState.Active : AgentState.Suspended, Suspension, _delegations),
        AgentSuspended suspended => new(IsRegistered, AgentState.Suspended, suspended.Reason, _delegations),
        AgentResumed => new(IsRegistered, AgentState.Active, null, _delegations),

        // What it was granted does not come back with it.
        AgentClosed closed => new(IsRegistered, AgentState.Closed, Suspension,
            [.. _delegations.Select(one => one.Revoked is null ? one with { Revoked = new DelegationEnd(at, closed.By, "the agent was removed") } : one)]),
        DelegationGranted granted => Grant(granted, at),
        DelegationChanged changed => Replace(changed.Delegation, before => new Delegation(
            before.Id, changed.Definition, before.Version + 1, before.MadeAt, before.MadeBy, before.Revoked)),
        DelegationRevoked revoked => Replace(revoked.Delegation, before => before with { Revoked = before.Revoked ?? new DelegationEnd(at, revoked.By, revoked.Reason) }),
        _ => this,
    };

    private AgentAuthority Grant(DelegationGranted granted, DateTimeOffset at)
    {
        var delegations = _delegations;
        if (delegations.Length >= DelegationsMax && FirstEnded(at) is var ended and >= 0)
            delegations = delegations.RemoveAt(ended);

        var made = new Delegation(granted.Delegation, granted.Definition, 1, at, granted.By);
        var place = Place(delegations, made.Id);
        return place < 0
            ? new AgentAuthority(IsRegistered, State, Suspension, delegations.Insert(~place, made))
            : throw new InvalidDataException($"the delegation {made.Id} is made twice");
    }

    private AgentAuthority Replace(DelegationId id, Func<Delegation, Delegation> change)
    {
        var place = PlaceOf(id);
        return place >= 0
            ? new AgentAuthority(IsRegistered, State, Suspension, _delegations.SetItem(place, change(_delegations[place])))
            : throw new InvalidDataException($"there is no delegation {id}");
    }

    /// <summary>The place of the one that was made first of those that have ended; -1 if none has.</summary>
    private int FirstEnded(DateTimeOffset at)
    {
        var first = -1;
        for (var i = 0; i < _delegations.Length; i++)
        {
            if (_delegations[i].StateAt(at) is DelegationState.Revoked or DelegationState.Expired && (first < 0 || _delegations[i].MadeAt < _delegations[first].MadeAt))
                first = i;
        }

        return first;
    }

    private int PlaceOf(DelegationId id) => Place(_delegations, id);

    private static int Place(ImmutableArray<Delegation> delegations, DelegationId id)
    {
        var (low, high) = (0, delegations.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = delegations[middle].Id.CompareTo(id);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}
