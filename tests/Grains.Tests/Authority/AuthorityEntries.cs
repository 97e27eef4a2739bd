using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>A ledger of who may do what in one tenant, and the words in which tests write it.</summary>
internal sealed class AuthorityEntries
{
    public static readonly TenantId Acme = TenantId.Parse("acme");

    public static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly List<PlacedEntry> _entries = [];
    private readonly Dictionary<StreamId, LedgerHead> _heads = [];

    public AuthorityEntries() => Reader = Scripted.Of<ILedgerReader>((method, args) => method switch
    {
        nameof(ILedgerReader.ReadPageAsync) => ReadPage((EntryFilter)args[0]!, (long)args[1]!, (int)args[2]!),
        nameof(ILedgerReader.FindWorkloadAsync) => Task.FromResult(
            _entries.Select(placed => placed.Entry).Where(entry => entry.Workload == (WorkloadId)args[1]!).ToImmutableArray()),
        nameof(ILedgerReader.ListStreamsAsync) => Task.FromResult(
            Budgets.Order(StringComparer.Ordinal).Select(root => $"b/acme/{root}").Where(name => string.CompareOrdinal(name, (string?)args[1]) > 0)
                .Select(name => new StreamId(name)).Take((int)args[2]!).ToImmutableArray()),
        _ => throw new NotSupportedException(method),
    });

    public ILedgerReader Reader { get; }

    /// <summary>The budgets that have a stream.</summary>
    public List<string> Budgets { get; } = [];

    public IReadOnlyList<PlacedEntry> All => _entries;

    /// <summary>How many pages were read, and how many entries in them.</summary>
    public (int Pages, int Entries) Read { get; private set; }

    /// <summary>What reading a page meets; null for nothing.</summary>
    public Exception? Fault { get; set; }

    public AuthorityEntries Agent(string agent) => Add(agent, new AgentDefined(new AgentDefinition(), Principal.Bootstrap));

    public AuthorityEntries Close(string agent) => Add(agent, new AgentClosed(Principal.Bootstrap));

    public AuthorityEntries Grant(string id, string from, string to, string? parent = null, DateTimeOffset? expiresAt = null, DateTimeOffset? notBefore = null) =>
        Add(to, new DelegationGranted(DelegationId.Parse(id), Definition(from, to, parent, expiresAt, notBefore), Principal.Bootstrap));

    public AuthorityEntries Change(string id, string from, string to, string? parent = null, DateTimeOffset? expiresAt = null) =>
        Add(to, new DelegationChanged(DelegationId.Parse(id), Definition(from, to, parent, expiresAt, null), Principal.Bootstrap));

    public AuthorityEntries Revoke(string id, string to) =>
        Add(to, new DelegationRevoked(DelegationId.Parse(id), "over", Principal.Bootstrap));

    public AuthorityEntries Add(string agent, LedgerEvent content)
    {
        var stream = new StreamId($"a/acme/{agent}");
        var entry = EntryText.Compose(stream, _heads.GetValueOrDefault(stream, LedgerHead.Empty), content, Now);
        _heads[stream] = entry.Head;
        _entries.Add(new PlacedEntry(_entries.Count + 1, entry));
        return this;
    }

    public DelegationForest Forest()
    {
        var forest = new DelegationForest();
        foreach (var placed in _entries)
            forest.Apply(placed.Entry);
        return forest;
    }

    private Task<ImmutableArray<PlacedEntry>> ReadPage(EntryFilter filter, long after, int countMax)
    {
        Assert.True(filter.AuthorityOnly);
        if (Fault is { } fault)
            return Task.FromException<ImmutableArray<PlacedEntry>>(fault);

        ImmutableArray<PlacedEntry> page = filter.Tenant == Acme ? [.. _entries.Skip((int)after).Take(countMax)] : [];
        Read = (Read.Pages + 1, Read.Entries + page.Length);
        return Task.FromResult(page);
    }

    private static DelegationDefinition Definition(string from, string to, string? parent, DateTimeOffset? expiresAt, DateTimeOffset? notBefore) => new(
        Principal.Parse(from), Principal.Parse($"agent:{to}"), parent is null ? null : DelegationId.Parse(parent),
        new Capabilities(Models: ["gpt-4o*"]), NotBefore: notBefore, ExpiresAt: expiresAt);
}
