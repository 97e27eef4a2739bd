using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>What went wrong, as problem+json (RFC 9457).</summary>
/// <param name="Type">A URN that names the kind of problem.</param>
/// <param name="Title">The kind of problem, for people.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong with this request and how to fix it.</param>
/// <param name="Code">The stable code, for programs.</param>
/// <param name="Field">The field at fault, such as estimate.inputTokens; absent if it is none.</param>
/// <param name="TraceId">What to quote to the operator; only for status 500.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>A problem whose type and title follow from its code.</summary>
    public static Problem Of(int status, string code, string detail, string? field = null, string? traceId = null)
    {
        var words = code.Replace('_', ' ');
        return new Problem($"urn:genops:problem:{code}", char.ToUpperInvariant(words[0]) + words[1..], status, detail, code, field, traceId);
    }
}
