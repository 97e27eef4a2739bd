using System.Buffers.Text;
using System.Text;
using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Where the next page starts, in a form that says to its holder that it is not theirs to make.</summary>
internal static class Cursor
{
    private const string Version = "1:";
    private const int LengthMax = 1024;

    /// <summary>The cursor for <paramref name="position"/>.</summary>
    public static string Of(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Version + position));

    /// <summary>The position in <paramref name="cursor"/>; null if there is no cursor.</summary>
    /// <exception cref="InvalidRequestException">It is not one of ours.</exception>
    public static string? Position(string? cursor)
    {
        if (cursor is null)
            return null;
        if (cursor.Length is > 0 and <= LengthMax && Base64Url.IsValid(cursor))
        {
            var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            if (text.StartsWith(Version, StringComparison.Ordinal))
                return text[Version.Length..];
        }

        throw Invalid();
    }

    /// <summary>What to say of a cursor that is not one of ours.</summary>
    public static InvalidRequestException Invalid() =>
        new("cursor", "is not one that this server gave out; leave it out to begin at the first page");
}
