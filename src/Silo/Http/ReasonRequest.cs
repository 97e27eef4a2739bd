using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Why something is done: it becomes part of the evidence.</summary>
internal sealed record ReasonRequest
{
    /// <summary>What the evidence says when nobody gave a reason.</summary>
    public const string None = "no reason given";

    /// <summary>For people, up to 256 bytes.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason to record.</summary>
    /// <exception cref="GenOps.ControlPlane.Errors.InvalidRequestException">It is empty, too long, or not text.</exception>
    public string Text() => Text(Reason);

    /// <inheritdoc cref="Text()"/>
    public static string Text(string? reason)
    {
        WorkloadRequestRules.RequireOptional(reason, "reason");
        return reason ?? None;
    }
}
