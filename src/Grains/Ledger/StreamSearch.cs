namespace GenOps.ControlPlane.Ledger;

/// <summary>Finds places in a stream by time. Instants never go back within one.</summary>
internal static class StreamSearch
{
    /// <summary>The number of the first entry at <paramref name="instant"/> or later; one more than <paramref name="head"/> if there is none.</summary>
    /// <exception cref="InvalidDataException">An entry is missing.</exception>
    public static async Task<long> FirstAtAsync(
        ILedgerReader reader, StreamId stream, long head, DateTimeOffset instant, CancellationToken cancellationToken = default)
    {
        var (low, high) = (1L, head + 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var entry = await reader.FindEntryAsync(stream, middle, cancellationToken)
                ?? throw new InvalidDataException($"{stream} #{middle}: the entry is not in the ledger");
            if (entry.At < instant)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
