namespace GenOps.ControlPlane.Workloads;

/// <summary>What a result means.</summary>
public static class DecisionResults
{
    /// <summary>Whether the workload may execute.</summary>
    public static bool Admits(this DecisionResult result) => result is DecisionResult.Allowed or DecisionResult.Warning;

    /// <summary>The specification's word.</summary>
    public static string Text(this DecisionResult result) => result switch
    {
        DecisionResult.Allowed => "ALLOWED",
        DecisionResult.Blocked => "BLOCKED",
        DecisionResult.Warning => "WARNING",
        DecisionResult.RateLimited => "RATE_LIMITED",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "not a result"),
    };
}
