using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Authority;

/// <summary>How much may be done. What is absent narrows nothing.</summary>
/// <param name="CostPerOperation">The most that one workload may be estimated to cost.</param>
/// <param name="Spend">The most that may be spent in each window. Its unit and window are fixed once the delegation is made.</param>
/// <param name="MaxConcurrent">The most workloads of the grantee that run at once on this delegation; 1 or more.</param>
/// <param name="RequestsPerMinute">The most workloads of the grantee in a minute on this delegation; 1 or more.</param>
/// <param name="TokensPerMinute">The most tokens of the grantee in a minute on this delegation; 1 or more.</param>
/// <param name="MaxDepth">How many delegations may follow below this one, 0 to 16; 0 means that it can't be passed on.</param>
[GenerateSerializer, Immutable, Alias("genops.DelegationLimits")]
public sealed record DelegationLimits(
    Amount? CostPerOperation = null,
    SpendLimit? Spend = null,
    int? MaxConcurrent = null,
    int? RequestsPerMinute = null,
    long? TokensPerMinute = null,
    int? MaxDepth = null);
