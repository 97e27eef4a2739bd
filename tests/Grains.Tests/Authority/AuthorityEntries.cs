using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>A ledger of who may do what in one tenant, and the words in which tests write it.</summary>
internal sealed class AuthorityEntries
{
    public static readonly TenantId Acme = TenantId.Parse("acme");

    public static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly List<PlacedEntry> _entries = [];
    private readonly Dictionary<StreamId, LedgerHead> _heads = [];

    public AuthorityEntries()
    {
        Reader = Scripted.Of<ILedgerReader>((method, args) => method switch
        {
            nameof(ILedgerReader.ReadChangesAsync) => Task.FromResult(new AuthorityChanges(Incarnation, new Epoch(1), [])),
            nameof(ILedgerReader.ReadPageAsync) => ReadPage((EntryFilter)args[0]!, (long)args[1]!, (int)args[2]!),
            nameof(ILedgerReader.FindWorkloadAsync) => Task.FromResult(
                _entries.Select(placed => placed.Entry).Where(entry => entry.Workload == (WorkloadId)args[1]!).ToImmutableArray()),
            nameof(ILedgerReader.ListStreamsAsync) => Task.FromResult(
                Budgets.Order(StringComparer.Ordinal).Select(root => $"b/acme/{root}").Where(name => string.CompareOrdinal(name, (string?)args[1]) > 0)
                    .Select(name => new StreamId(name)).Take((int)args[2]!).ToImmutableArray()),
            _ => throw new NotSupportedException(method),
        });
        Watch = new AuthorityWatch(Reader, TimeProvider.System, Options.Create(new AuthorityWatchOptions()), NullLogger<AuthorityWatch>.Instance);
    }

    public ILedgerReader Reader { get; }

    public AuthorityWatch Watch { get; }

    /// <summary>Which ledger it is.</summary>
    public Guid Incarnation { get; set; } = new("0199a5f0-7c3b-7d21-9d3e-000000000001");

    /// <summary>From here on something with an earlier place may still be committed.</summary>
    public long SettledBelow { get; set; } = long.MaxValue;

    /// <summary>The place of what is still being committed; null for nothing.</summary>
    public long? Late { get; set; }

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

    /// <summary>Takes the newest entries away, as a backup that was put back does.</summary>
    public void Lose(int count) => _entries.RemoveRange(_entries.Count - count, count);

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

        ImmutableArray<PlacedEntry> page = filter.Tenant == Acme
            ? [.. _entries.Where(placed => placed.Position > after && placed.Position != Late && (filter.IncludeUnsettled || placed.Position < SettledBelow)).Take(countMax)]
            : [];
        if (!filter.IncludeUnsettled)
            Read = (Read.Pages + 1, Read.Entries + page.Length);
        return Task.FromResult(page);
    }

    private static DelegationDefinition Definition(string from, string to, string? parent, DateTimeOffset? expiresAt, DateTimeOffset? notBefore) => new(
        Principal.Parse(from), Principal.Parse($"agent:{to}"), parent is null ? null : DelegationId.Parse(parent),
        new Capabilities(Models: ["gpt-4o*"]), NotBefore: notBefore, ExpiresAt: expiresAt);
}
