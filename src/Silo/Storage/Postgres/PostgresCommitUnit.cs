using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// Appends of a batch that hang together, because each shares a stream with another. They are tried as one; if that
/// fails, in parts.
/// </summary>
internal sealed class PostgresCommitUnit
{
    /// <summary>Where its appends stand in the batch, in order.</summary>
    public List<int> Appends { get; } = [];

    /// <summary>Where each of its streams will end.</summary>
    public Dictionary<StreamId, LedgerHead> Heads { get; } = [];

    /// <summary>
    /// Whether an append does not build on the one before it, or wants a slot that another of the batch wants, so that it
    /// can't be tried as one with the others.
    /// </summary>
    public bool IsOdd { get; set; }

    /// <summary>Adds the append that stands at <paramref name="index"/> of the batch, after all that it has.</summary>
    public void Add(int index, IReadOnlyList<StreamAppend> appends)
    {
        Appends.Add(index);
        foreach (var append in appends)
        {
            if (Heads.TryGetValue(append.Stream, out var head) && head != append.Base)
                IsOdd = true;

            Heads[append.Stream] = append.Entries[^1].Head;
        }
    }

    /// <summary>Takes in all of <paramref name="other"/>, which has other streams.</summary>
    public void Absorb(PostgresCommitUnit other)
    {
        Appends.AddRange(other.Appends);
        Appends.Sort();
        IsOdd |= other.IsOdd;
        foreach (var (stream, head) in other.Heads)
            Heads.Add(stream, head);
    }
}
