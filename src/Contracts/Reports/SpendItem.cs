using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>What one agent, model, provider, customer or feature consumed and holds.</summary>
/// <param name="Key">Its name; null for workloads that name none.</param>
/// <param name="Provider">The model's provider, where spend is summed by model and the workloads name one; null otherwise.</param>
/// <param name="Spent">Actuals recorded.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> that no reservation covered.</param>
/// <param name="Calls">Workloads that spent or hold something; one that was given back counts again once it has figures.</param>
[GenerateSerializer, Immutable, Alias("genops.SpendItem")]
public sealed record SpendItem(
    string? Key, string? Provider, Quantity Spent, Quantity Reserved, Quantity Unresolved, Quantity Overrun, long Calls);
