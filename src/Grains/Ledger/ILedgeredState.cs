namespace GenOps.ControlPlane.Ledger;

/// <summary>What an actor knows: a fold over its stream and nothing else.</summary>
public interface ILedgeredState
{
    /// <summary>
    /// Throws if <paramref name="content"/> must not follow this state. Asked in production before an entry is queued: a
    /// decision that would break an invariant ends here and not in the ledger. It is not asked when entries are folded:
    /// what is durable has happened, also if the rules of a time zone have changed since.
    /// </summary>
    /// <exception cref="InvariantViolationException">It must not.</exception>
    void Verify(LedgerEvent content, DateTimeOffset at);

    /// <summary>Takes <paramref name="content"/>, which happened at <paramref name="at"/>, into the state.</summary>
    void Apply(LedgerEvent content, DateTimeOffset at);

    /// <summary>The state as bytes, for a snapshot.</summary>
    byte[] Save();

    /// <summary>Replaces a new state's content by what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are of another build or broken.</exception>
    void Restore(ReadOnlySpan<byte> bytes);

    /// <summary>Roughly how many entries' worth of state there is: a tail longer than this is worth a snapshot.</summary>
    int Weight { get; }
}
