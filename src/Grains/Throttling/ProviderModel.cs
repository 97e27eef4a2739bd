using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>What a workload calls, as far as it says: failures and latencies are known by it.</summary>
/// <param name="Provider">The provider asked for; null if none was named.</param>
/// <param name="Model">The model asked for; null if none was named.</param>
public readonly record struct ProviderModel(string? Provider, string? Model)
{
    /// <summary>What <paramref name="request"/> calls; null if it names neither provider nor model.</summary>
    public static ProviderModel? Of(WorkloadRequest request) =>
        request.Provider is null && request.Model is null ? null : new ProviderModel(request.Provider, request.Model);

    /// <inheritdoc/>
    public override string ToString() =>
        Provider is null ? $"model {Model}" : Model is null ? $"provider {Provider}" : $"{Provider}/{Model}";
}
