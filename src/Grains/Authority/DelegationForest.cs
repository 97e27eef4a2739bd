using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// A tenant's delegations and how they hang together, folded from the entries of <see cref="LedgerKinds.OfAuthority"/>: only
/// what lists and counts need, so that a hundred thousand fit. Not safe for several threads.
/// </summary>
public sealed class DelegationForest
{
    private static readonly string Granted = LedgerKinds.NameOf<DelegationGranted>();
    private static readonly string Changed = LedgerKinds.NameOf<DelegationChanged>();
    private static readonly string Revoked = LedgerKinds.NameOf<DelegationRevoked>();
    private static readonly string Defined = LedgerKinds.NameOf<AgentDefined>();
    private static readonly string Closed = LedgerKinds.NameOf<AgentClosed>();

    private readonly Dictionary<DelegationId, Node> _nodes = [];
    private readonly Dictionary<AgentId, Holder> _agents = [];
    private readonly Dictionary<Principal, List<Node>> _made = [];
    private readonly List<Node> _byName = [];
    private bool _isSorted = true;

    /// <summary>How many delegations there are, revoked ones included.</summary>
    public int Count => _byName.Count;

    /// <summary>Takes what <paramref name="entry"/> says. Entries come in the order in which they became durable.</summary>
    /// <exception cref="InvalidDataException">The text can't be read.</exception>
    /// <exception cref="UnavailableException"><c>build_too_old</c>: only a later build can read it.</exception>
    public void Apply(LedgerEntry entry)
    {
        if (entry.Kind == Granted)
            Grant(Read(entry));
        else if (entry.Kind == Changed)
            Change(Read(entry));
        else if (entry.Kind == Revoked)
            Find(Read(entry).Delegation).IsRevoked = true;
        else if (entry.Kind == Defined)
            Holding(AgentId.Parse(entry.Stream.Name)).IsRegistered = true;
        else if (entry.Kind == Closed)
            Close(Holding(AgentId.Parse(entry.Stream.Name)));
        else if (LedgerKinds.TypeOf(entry.Kind) is null)
            throw EntryText.UnknownKind(entry, $"this build does not know entries of kind '{entry.Kind}'");
    }

    /// <summary>The delegation; null if there is none of this name.</summary>
    public DelegationMark? Mark(DelegationId id, DateTimeOffset now) => _nodes.TryGetValue(id, out var node) && node.Exists ? MarkOf(node, now) : null;

    /// <summary>A page of delegations by name.</summary>
    public ImmutableArray<DelegationMark> List(DelegationQuery query, DateTimeOffset now)
    {
        var candidates = Candidates(query, out var isSorted);
        if (!isSorted)
            candidates.Sort(static (left, right) => left.Id.CompareTo(right.Id));

        var items = ImmutableArray.CreateBuilder<DelegationMark>();
        for (var index = FirstAfter(candidates, query.After); index < candidates.Count && items.Count < query.CountMax; index++)
        {
            if (Matches(query, candidates[index]))
                items.Add(MarkOf(candidates[index], now));
        }

        return items.ToImmutable();
    }

    /// <summary>What falls with a delegation; null if there is none of this name. Nothing does if it permits nothing already.</summary>
    public DelegationReach? OfDelegation(DelegationId id, DateTimeOffset now) =>
        _nodes.TryGetValue(id, out var node) && node.Exists ? Reach([node], null, now, itselfCounts: false) : null;

    /// <summary>What falls with an agent: all that it was granted and all that was made from it.</summary>
    public DelegationReach OfAgent(AgentId agent, DateTimeOffset now) =>
        Reach(_agents.TryGetValue(agent, out var holder) ? holder.Granted ?? [] : [], agent, now, itselfCounts: true);

    /// <summary>What falls with the tenant: everything, and every agent.</summary>
    public DelegationReach OfTenant(DateTimeOffset now)
    {
        var cutOff = _byName.Where(node => PermitsNow(node, now)).Select(node => node.Id).ToHashSet();
        return new DelegationReach(
            cutOff.Count, cutOff, Sorted(_agents.Values.Where(holder => holder.IsRegistered).Select(holder => holder.Agent)), cutOff);
    }

    private void Grant(Content content)
    {
        var definition = content.Definition;
        var node = Find(content.Delegation);
        node.From = Own(definition!.From);
        node.To = Holding(definition.To.Agent ?? throw new InvalidDataException($"the delegation {content.Delegation} is granted to no agent"));
        node.ExpiresAt = definition.ExpiresAt;
        node.NotBefore = definition.NotBefore;
        (node.To.Granted ??= []).Add(node);
        (CollectionsMarshal.GetValueRefOrAddDefault(_made, node.From, out _) ??= []).Add(node);
        if (definition.Parent is { } parent)
        {
            node.Parent = Find(parent);
            (node.Parent.Children ??= []).Add(node);
        }

        _isSorted &= _byName.Count == 0 || _byName[^1].Id.CompareTo(node.Id) < 0;
        _byName.Add(node);
    }

    private void Change(Content content)
    {
        var node = Find(content.Delegation);
        node.ExpiresAt = content.Definition!.ExpiresAt;
        node.NotBefore = content.Definition.NotBefore;
    }

    private static void Close(Holder holder)
    {
        // Who is removed and registered again begins without what it was granted before.
        holder.IsRegistered = false;
        foreach (var node in holder.Granted ?? [])
            node.IsRevoked = true;
    }

    private DelegationReach Reach(List<Node> from, AgentId? agent, DateTimeOffset now, bool itselfCounts)
    {
        HashSet<DelegationId> cutOff = [];
        HashSet<DelegationId> trees = [];
        HashSet<AgentId> agents = [];
        if (agent is { } named)
            agents.Add(named);

        var below = 0;
        var open = new Stack<(Node Node, bool Counts)>();
        foreach (var node in from)
        {
            if (!PermitsNow(node, now))
                continue;

            open.Push((node, itselfCounts));
            for (var above = node.Parent; above is not null; above = above.Parent)
                trees.Add(above.Id);
        }

        while (open.TryPop(out var next))
        {
            // An agent can have been granted a delegation and one below it, too.
            if (!cutOff.Add(next.Node.Id))
                continue;

            below += next.Counts ? 1 : 0;
            agents.Add(next.Node.To!.Agent);
            trees.Add(next.Node.Id);
            foreach (var child in next.Node.Children ?? [])
            {
                if (!child.IsGone(now))
                    open.Push((child, true));
            }
        }

        return new DelegationReach(below, cutOff, Sorted(agents), trees);
    }

    private List<Node> Candidates(DelegationQuery query, out bool isSorted)
    {
        isSorted = false;
        if (query.Parent is { } parent)
            return _nodes.TryGetValue(parent, out var above) ? [.. above.Children ?? []] : [];
        if ((query.To ?? query.Of) is { } agent)
        {
            List<Node> found = _agents.TryGetValue(agent, out var holder) ? [.. holder.Granted ?? []] : [];
            if (query.To is null && _made.TryGetValue(Principal.Of(agent), out var passedOn))
                found.AddRange(passedOn); // to others only: nobody is granted what is below their own
            return found;
        }

        if (query.From is { } from)
            return _made.TryGetValue(from, out var made) ? [.. made] : [];

        if (!_isSorted)
        {
            _byName.Sort(static (left, right) => left.Id.CompareTo(right.Id));
            _isSorted = true;
        }

        isSorted = true;
        return _byName;
    }

    private static bool Matches(DelegationQuery query, Node node) =>
        (query.To is not { } to || node.To!.Agent == to)
        && (query.From is not { } from || node.From == from)
        && (query.Of is not { } of || node.To!.Agent == of || node.From == Principal.Of(of))
        && (query.Parent is not { } parent || node.Parent?.Id == parent);

    private static int FirstAfter(List<Node> sorted, DelegationId? after)
    {
        var (low, high) = (0, after is null ? 0 : sorted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle].Id.CompareTo(after!.Value) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static bool PermitsNow(Node node, DateTimeOffset now)
    {
        for (var link = node; link is not null; link = link.Parent)
        {
            if (link.IsGone(now))
                return false;
        }

        return true;
    }

    private static DelegationMark MarkOf(Node node, DateTimeOffset now) => new(
        node.Id, node.From, node.To!.Agent, node.Parent?.Id,
        node.IsRevoked ? DelegationState.Revoked
        : node.NotBefore > now ? DelegationState.NotYet
        : node.ExpiresAt <= now ? DelegationState.Expired
        : DelegationState.Active,
        node.ExpiresAt);

    private static ImmutableArray<AgentId> Sorted(IEnumerable<AgentId> agents) =>
        [.. agents.OrderBy(agent => agent.Value, StringComparer.Ordinal)];

    private Node Find(DelegationId id) => CollectionsMarshal.GetValueRefOrAddDefault(_nodes, id, out _) ??= new Node(id);

    private Holder Holding(AgentId agent) => CollectionsMarshal.GetValueRefOrAddDefault(_agents, agent, out _) ??= new Holder(agent);

    // One text for all that a grantor made.
    private Principal Own(Principal from) => _made.TryGetValue(from, out var made) ? made[0].From : from;

    private static Content Read(LedgerEntry entry)
    {
        try
        {
            var (version, data) = JsonSerializer.Deserialize<Envelope>(entry.Text.Span, EntryText.ReadOptions)!;
            EntryText.RequireVersion(entry, version);
            return data;
        }
        catch (JsonException error)
        {
            throw EntryText.Unreadable(entry, error);
        }
    }

    private sealed class Node(DelegationId id)
    {
        public DelegationId Id { get; } = id;

        public Principal From { get; set; }

        public Holder? To { get; set; }

        public Node? Parent { get; set; }

        public List<Node>? Children { get; set; }

        public DateTimeOffset? NotBefore { get; set; }

        public DateTimeOffset? ExpiresAt { get; set; }

        public bool IsRevoked { get; set; }

        /// <summary>Whether its own entry was read, and not just one that names it.</summary>
        public bool Exists => To is not null;

        public bool IsGone(DateTimeOffset now) => IsRevoked || !Exists || ExpiresAt <= now;
    }

    private sealed class Holder(AgentId agent)
    {
        public AgentId Agent { get; } = agent;

        public List<Node>? Granted { get; set; }

        public bool IsRegistered { get; set; }
    }

    private sealed record Envelope([property: JsonPropertyName("v")] int Version, Content Data);

    private sealed record Content(DelegationId Delegation, Sketch? Definition = null);

    private sealed record Sketch(
        Principal From, Principal To, DelegationId? Parent = null, DateTimeOffset? NotBefore = null, DateTimeOffset? ExpiresAt = null);
}
