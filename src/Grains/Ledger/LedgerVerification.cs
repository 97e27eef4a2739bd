namespace GenOps.ControlPlane.Ledger;

/// <summary>The result of a verification.</summary>
/// <param name="Streams">How many streams were looked at, up to the first broken one.</param>
/// <param name="Entries">How many entries were looked at, up to the first broken one.</param>
/// <param name="FirstBroken">The first fault in the order of stream and number; null if there is none.</param>
public sealed record LedgerVerification(long Streams, long Entries, BrokenLink? FirstBroken)
{
    /// <summary>
    /// Whether everything that is there is what was written. It does not show that a stream's last entries are still
    /// there: a chain can't show that its end was cut off.
    /// </summary>
    public bool Verified => FirstBroken is null;
}
