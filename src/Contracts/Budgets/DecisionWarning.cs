namespace GenOps.ControlPlane.Budgets;

/// <summary>Why an admitted workload is answered WARNING.</summary>
/// <param name="Code">One of <see cref="Workloads.ReasonCodes"/>.</param>
/// <param name="Reason">The same for people.</param>
/// <param name="DeterminedBy">The limit or scope that warns.</param>
[GenerateSerializer, Immutable, Alias("genops.DecisionWarning")]
public sealed record DecisionWarning(string Code, string Reason, string DeterminedBy);
