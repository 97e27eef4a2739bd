using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>What all those consumed and hold that a list of the top spenders leaves out.</summary>
/// <param name="Count">How many they are.</param>
/// <param name="Spent">Actuals recorded.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> that no reservation covered.</param>
/// <param name="Calls">Workloads that spent or hold something.</param>
[GenerateSerializer, Immutable, Alias("genops.SpendRest")]
public sealed record SpendRest(long Count, Quantity Spent, Quantity Reserved, Quantity Unresolved, Quantity Overrun, long Calls);
