using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Finds the unresolved workloads of a budget in its ledger stream, where memory has let go of the older ones.</summary>
internal static class UnresolvedScan
{
    public static async Task<ImmutableArray<WorkloadId>> ReadAsync(ILedgerReader reader, StreamId stream)
    {
        var unresolved = new HashSet<WorkloadId>();
        var kind = LedgerKinds.NameOf<WorkloadUnresolved>();
        await foreach (var entry in reader.ReadStreamAsync(stream, 0))
        {
            if (entry.Workload is not { } id)
                continue;
            if (entry.Kind == kind)
                unresolved.Add(id);
            else
                unresolved.Remove(id);
        }

        return [.. unresolved];
    }
}
