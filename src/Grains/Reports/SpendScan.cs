using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Reports;

/// <summary>
/// Reads one budget's entries for a report, up to a head: what is written meanwhile is not in it, so that all its
/// figures are of one moment. The reader takes pages, each in a transaction of its own.
/// </summary>
/// <param name="reader">The ledger.</param>
/// <param name="stream">The budget's stream.</param>
/// <param name="head">The last entry's number.</param>
internal sealed class SpendScan(ILedgerReader reader, StreamId stream, long head)
{
    /// <summary>The number of the first entry at <paramref name="from"/> or later; one more than the head if there is none.</summary>
    /// <exception cref="InvalidDataException">An entry is missing.</exception>
    public async Task<long> FirstAsync(DateTimeOffset? from, CancellationToken cancellationToken)
    {
        return from is { } instant ? await StreamSearch.FirstAtAsync(reader, stream, head, instant, cancellationToken) : 1;
    }

    /// <summary>When the entry was written.</summary>
    /// <exception cref="InvalidDataException">It is missing.</exception>
    public async Task<DateTimeOffset> AtAsync(long seq, CancellationToken cancellationToken) =>
        (await reader.FindEntryAsync(stream, seq, cancellationToken))?.At ?? throw Missing(seq);

    /// <summary>Hands every change that <paramref name="fold"/> finds from number <paramref name="first"/> on to <paramref name="add"/>.</summary>
    /// <param name="first">The first entry.</param>
    /// <param name="fold">What makes entries into changes.</param>
    /// <param name="valuesMax">The most values that it may sum by.</param>
    /// <param name="add">Takes a change.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidRequestException"><c>range_too_large</c>: there are more values.</exception>
    /// <exception cref="InvalidDataException">The ledger is broken, or a later build's.</exception>
    public async Task RunAsync(long first, SpendFold fold, int valuesMax, Action<SpendChange> add, CancellationToken cancellationToken)
    {
        var last = first - 1;
        if (last < head)
        {
            await foreach (var entry in reader.ReadStreamAsync(stream, last, cancellationToken))
            {
                if (entry.Seq != ++last)
                    throw Missing(last);
                if (SpendEntry.Read(entry) is { } read)
                {
                    if (fold.Missing(read) is { } forgotten)
                        fold.Recall(await EntriesOfAsync(forgotten, entry.Seq, cancellationToken));
                    if (fold.Take(read) is { } change)
                        add(change);
                }

                RequireValues(fold.KeyCount, valuesMax);
                if (last == head)
                    return;
            }

            if (last < head)
                throw Missing(last + 1);
        }
    }

    /// <summary>Throws if a report would sum by too many values.</summary>
    /// <exception cref="InvalidRequestException"><c>range_too_large</c>: it would.</exception>
    public static void RequireValues(int count, int countMax)
    {
        if (count > countMax)
        {
            throw new InvalidRequestException(
                "by",
                $"there are more than {countMax} different values to sum by: ask for a shorter range or a scope further down, or have GenOps:Reports:ValuesMax raised",
                "range_too_large");
        }
    }

    private async Task<IEnumerable<SpendEntry>> EntriesOfAsync(WorkloadId workload, long before, CancellationToken cancellationToken) =>
        (await reader.FindWorkloadAsync(stream.Tenant, workload, cancellationToken))
            .Where(entry => entry.Stream == stream && entry.Seq < before)
            .OrderBy(entry => entry.Seq)
            .Select(SpendEntry.Read)
            .OfType<SpendEntry>();

    private InvalidDataException Missing(long seq) => new($"{stream} #{seq}: the entry is not in the ledger");
}
