using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>One entry of the ledger. Its hash is SHA-256 of the previous hash's bytes and the entry's exact text.</summary>
/// <param name="Stream">Whose entry it is.</param>
/// <param name="Seq">Its number in the stream, from 1.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Workload">The workload it happened to; null for an administrative act.</param>
/// <param name="Delegation">The delegation it happened to; null for everything else.</param>
/// <param name="At">When.</param>
/// <param name="PreviousHash">The hash of the stream's entry before; zeros for the first.</param>
/// <param name="Hash">This entry's hash.</param>
/// <param name="Entry">The stored text, byte for byte.</param>
internal sealed record EvidenceItem(
    string Stream,
    long Seq,
    string Kind,
    WorkloadId? Workload,
    DelegationId? Delegation,
    DateTimeOffset At,
    string PreviousHash,
    string Hash,
    [property: JsonConverter(typeof(StoredJsonConverter))] ReadOnlyMemory<byte> Entry)
{
    /// <summary>The view of <paramref name="entry"/>.</summary>
    public static EvidenceItem Of(LedgerEntry entry) => new(
        entry.Stream.Value, entry.Seq, entry.Kind, entry.Workload is { IsSubject: false } workload ? workload : null, DelegationOf(entry),
        entry.At, entry.Previous.ToString(), entry.Hash.ToString(), entry.Text);

    /// <summary>The index knows a delegation by the hash of its name; the name is in the text.</summary>
    private static DelegationId? DelegationOf(LedgerEntry entry)
    {
        if (entry.Workload is not { IsSubject: true } subject)
            return null;

        using var document = JsonDocument.Parse(entry.Text);
        return document.RootElement.TryGetProperty("data", out var data)
            && data.TryGetProperty("delegation", out var name) && name.ValueKind == JsonValueKind.String
            && DelegationId.TryParse(name.GetString(), null, out var delegation) && delegation.Subject == subject
            ? delegation
            : null;
    }
}
