using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Bench.Trees;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using LedgerStreamId = GenOps.ControlPlane.Ledger.StreamId;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>
/// Fills a budget's stream with what its tree decides, chained and committed as actors' entries are, only more of them at
/// a time. Not safe beside a node on the same folder.
/// </summary>
internal sealed class StreamWriter(LedgerStreamId stream, int scopes)
{
    private const int EntriesPerCommit = 2_000;

    // As long as an activation's name.
    private const string Author = "0123456789ab.0";

    private readonly BudgetTree _tree = new(BudgetRoot.Parse(stream.Name));
    private readonly TreeCommands _commands = new(ScopePath.Root);
    private readonly List<LedgerEntry> _entries = [];
    private LedgerHead _head = LedgerHead.Empty;
    private DateTimeOffset _now;
    private TimeSpan _pace = TimeSpan.FromMilliseconds(50);
    private int _customer;

    /// <summary>The tree after the newest entry.</summary>
    public BudgetTree Tree => _tree;

    /// <summary>The newest entry's number.</summary>
    public long Seq => _head.Seq;

    /// <summary>Begins the stream with the budget's definition.</summary>
    /// <param name="entriesMax">As many entries as will be written at most: the first is that far in the past.</param>
    public void Begin(int entriesMax)
    {
        _now = EntryText.Truncate(TimeProvider.System.GetUtcNow() - (_pace * (entriesMax + 1)));
        var definition = NodeSetup.Flat with
        {
            Limit = null,
            Limits = [NodeSetup.Every(BudgetPeriod.Year)],
            PerValue = scopes == 0 ? null : ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add(
                "customerId", new PerValueDefinition([NodeSetup.Every(BudgetPeriod.Year)])),
        };
        Write(_tree.Take(_tree.Define(definition, Principal.ControlPlane)!, _now));
    }

    /// <summary>Writes <paramref name="count"/> entries and whatever was begun: reservations with their settlements.</summary>
    public async Task WriteAsync(int count, string folder, CancellationToken cancellationToken)
    {
        using var store = Open(folder);
        var until = _head.Seq + count;
        while (_head.Seq < until)
        {
            _now += _pace;
            var id = WorkloadId.New(_now);
            Write(_tree.Admit(_commands.Reserve(id, Customer()), _now));
            if (_head.Seq < until)
            {
                _now += _pace;
                Write(_tree.Reconcile(_commands.Settle(id), _now));
            }

            if (_entries.Count >= EntriesPerCommit)
                await CommitAsync(store, cancellationToken);
        }

        if (_entries.Count > 0)
            await CommitAsync(store, cancellationToken);
    }

    /// <summary>Takes in what a node wrote to the stream meanwhile.</summary>
    public async Task FollowAsync(string folder, CancellationToken cancellationToken)
    {
        using var store = Open(folder);
        await foreach (var entry in store.ReadStreamAsync(stream, _head.Seq, cancellationToken))
        {
            _tree.Apply(EntryText.Read(entry), entry.At);
            _head = entry.Head;
            _now = entry.At;
        }

        // From here on there is no past to fill.
        _pace = TimeSpan.FromMicroseconds(10);
    }

    private string Customer()
    {
        _customer = scopes == 0 ? 0 : (_customer + 1) % scopes;
        return string.Create(CultureInfo.InvariantCulture, $"customer-{_customer:000000}");
    }

    private void Write(LedgerEvent content)
    {
        var entry = EntryText.Compose(stream, _head, content, _now, Author);
        _entries.Add(entry);
        _head = entry.Head;
    }

    private async Task CommitAsync(SqliteLedgerStore store, CancellationToken cancellationToken)
    {
        var first = _entries[0];
        var append = new StreamAppend(stream, new LedgerHead(first.Seq - 1, first.Previous), [.. _entries], false);
        _entries.Clear();
        var commit = await store.CommitAsync([[append]], cancellationToken);
        if (commit.Outcomes[0].Kind != AppendOutcomeKind.Accepted)
            throw new BenchException($"the ledger did not take the entries: {commit.Outcomes[0].Kind}");
    }

    private static SqliteLedgerStore Open(string folder) => new(
        Options.Create(new SqliteLedgerOptions { DatabasePath = Path.Combine(folder, "ledger.db") }), TimeProvider.System,
        NullLogger<SqliteLedgerStore>.Instance);
}
