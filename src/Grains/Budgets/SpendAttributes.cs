using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What spend is summed by, beside its agent.</summary>
/// <param name="Provider">The provider; null if the workload names none.</param>
/// <param name="Model">The model; null if the workload names none.</param>
/// <param name="CustomerId">The customer; null if the workload names none.</param>
/// <param name="Feature">The feature; null if the workload names none.</param>
public sealed record SpendAttributes(string? Provider, string? Model, string? CustomerId, string? Feature)
{
    /// <summary>Those of a workload.</summary>
    public static SpendAttributes Of(WorkloadRequest request) =>
        new(request.Provider, request.Model, request.Attribution.CustomerId, request.Attribution.Feature);
}
