using System.Collections.Immutable;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A broken store: it says that a settlement is durable before it is, and never writes it.</summary>
internal sealed class ForgetfulStore(SimulatedLedgerStore store, SimulatedDisk disk) : BrokenStore(store)
{
    private int _seen;

    public override Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
    {
        var loses = batch.All(append => append.All(part => part.Entries.All(entry => entry.Kind == "workload.reconciled"))) && ++_seen % 3 == 0;
        return loses
            ? Task.FromResult(new LedgerCommit(new Ids.Epoch(disk.Changes.Length), [.. batch.Select(_ => AppendOutcome.Accepted)]))
            : base.CommitAsync(batch, cancellationToken);
    }
}
