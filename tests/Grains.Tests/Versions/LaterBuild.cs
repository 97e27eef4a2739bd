using System.Text;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Versions;

/// <summary>Entries as a build that is not written yet might write them.</summary>
internal static class LaterBuild
{
    /// <summary>The entry with another text, whole: its hash is that of the text.</summary>
    public static LedgerEntry Writes(LedgerEntry entry, string old, string text, string? kind = null)
    {
        var before = Encoding.UTF8.GetString(entry.Text.Span);
        Assert.Contains(old, before, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(before.Replace(old, text, StringComparison.Ordinal));
        return entry with { Kind = kind ?? entry.Kind, Text = bytes, Hash = EntryHash.Link(entry.Previous, bytes) };
    }

    /// <summary>The entry, of a kind that this build has never heard of.</summary>
    public static LedgerEntry OfUnknownKind(LedgerEntry entry) =>
        Writes(entry, $"\"kind\":\"{entry.Kind}\"", "\"kind\":\"budget.teleported\"", "budget.teleported");

    /// <summary>The entry, in the next version of the envelope.</summary>
    public static LedgerEntry OfNextVersion(LedgerEntry entry) => Writes(entry, "{\"v\":1,", "{\"v\":2,");
}
