namespace GenOps.ControlPlane.Faults;

/// <summary>What became of a flood.</summary>
/// <param name="Steps">Its steps.</param>
/// <param name="Calls">All of its calls that were not refused with 503.</param>
public sealed record FloodResult(IReadOnlyList<FloodStep> Steps, IReadOnlyList<Call> Calls);
