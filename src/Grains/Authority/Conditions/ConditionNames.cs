using System.Collections.Immutable;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>The one table of what a condition can speak of.</summary>
internal static class ConditionNames
{
    /// <summary>A number: the cost, in the delegation's unit or in the one that follows.</summary>
    public const string Cost = "cost";

    /// <summary>The action's parameters: a name follows, its type is that of its use.</summary>
    public const string Parameters = "parameters";

    /// <summary>A set of texts: the classes of the data touched.</summary>
    public const string Data = "data";

    /// <summary>The texts of a request.</summary>
    public static readonly ImmutableArray<(string Name, Func<WorkloadRequest, string?> Read)> Texts =
    [
        ("tool", request => request.Tool),
        ("environment", request => request.Attribution.Environment),
        ("operation", request => request.Operation.Type),
        ("provider", request => request.Provider),
        ("model", request => request.Model),
        ("region", request => request.Region),
    ];

    /// <summary>The words that join and compare.</summary>
    public static readonly ImmutableArray<string> Words = ["and", "or", "not", "in"];

    /// <summary>Everything that can stand where a value is meant.</summary>
    public static readonly ImmutableArray<string> Operands =
        [Cost, Parameters, Data, .. Texts.Select(text => text.Name), "true", "false"];
}
