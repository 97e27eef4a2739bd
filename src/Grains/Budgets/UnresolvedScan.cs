using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Finds the unresolved workloads of a budget in its ledger stream, where memory has let go of the older ones.</summary>
internal static class UnresolvedScan
{
    /// <summary>Those that were reserved at <paramref name="from"/> or later; all if it is null.</summary>
    public static async Task<ImmutableArray<WorkloadId>> ReadAsync(ILedgerReader reader, StreamId stream, long head, DateTimeOffset? from)
    {
        var unresolved = new HashSet<WorkloadId>();
        var first = from is { } instant ? await StreamSearch.FirstAtAsync(reader, stream, head, instant) : 1;
        var kind = LedgerKinds.NameOf<WorkloadUnresolved>();
        await foreach (var entry in reader.ReadStreamAsync(stream, first - 1))
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
