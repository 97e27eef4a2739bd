using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>Short words for reading answers.</summary>
public static class JsonReading
{
    /// <summary>A text, or null if it is null or absent.</summary>
    public static string? Text(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) ? value.GetString() : null;

    /// <summary>The limit of a scope for <paramref name="period"/>.</summary>
    public static JsonElement Limit(this JsonElement view, string period) =>
        view.GetProperty("limits").EnumerateArray().Single(limit => limit.Text("period") == period);

    /// <summary>A limit in one line: limit spent reserved unresolved overrun remaining.</summary>
    public static string Figures(this JsonElement limit) => string.Join(
        ' ', new[] { "limit", "spent", "reserved", "unresolved", "overrun", "remaining" }.Select(name => limit.Text(name) ?? "-"));

    /// <summary>The scopes right below, by name.</summary>
    public static string[] Children(this JsonElement view) =>
        [.. view.GetProperty("children").GetProperty("items").EnumerateArray().Select(child => child.Text("scope")!)];
}
