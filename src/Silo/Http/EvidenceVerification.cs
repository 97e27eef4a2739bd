using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Whether a tenant's evidence is what was written. A chain can't show that its end was cut off.</summary>
/// <param name="Streams">How many streams were looked at.</param>
/// <param name="Entries">How many entries were looked at.</param>
/// <param name="Verified">Whether no fault was found.</param>
/// <param name="FirstBroken">The first fault; null if there is none.</param>
internal sealed record EvidenceVerification(long Streams, long Entries, bool Verified, BrokenEvidence? FirstBroken)
{
    /// <summary>The view of <paramref name="verification"/>.</summary>
    public static EvidenceVerification Of(LedgerVerification verification) => new(
        verification.Streams, verification.Entries, verification.Verified,
        verification.FirstBroken is { } broken ? new BrokenEvidence(broken.Stream.Value, broken.Seq, broken.Why) : null);
}
