using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Authority;

/// <summary>A ledger of which only the changes can be read, and a watch of it that polls when the test says so.</summary>
internal sealed class ScriptedChanges
{
    /// <summary>The id of another ledger than the one that it begins with.</summary>
    public static readonly Guid OtherLedger = new("0199a5f0-7c3b-7d21-9d3e-000000000002");

    private readonly List<(StreamId Stream, Epoch Epoch)> _changes = [];

    public ScriptedChanges() => Watch = new AuthorityWatch(
        Scripted.Of<ILedgerReader>((_, args) => Task.FromResult(
            new AuthorityChanges(Incarnation, Epoch, [.. _changes.Where(change => change.Epoch > (Epoch)args[0]!)]))),
        Clock, Options.Create(new AuthorityWatchOptions()), NullLogger<AuthorityWatch>.Instance);

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    public AuthorityWatch Watch { get; }

    public Guid Incarnation { get; set; } = new("0199a5f0-7c3b-7d21-9d3e-000000000001");

    public Epoch Epoch { get; set; } = new(7);

    /// <summary>A change that the watch does not know yet.</summary>
    public Epoch Change(string stream)
    {
        Epoch = new Epoch(Epoch.Value + 1);
        _changes.Add((new StreamId(stream), Epoch));
        return Epoch;
    }
}
