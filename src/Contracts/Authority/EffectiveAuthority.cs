using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Authority;

/// <summary>What a chain of delegations permits: the intersection of its links.</summary>
/// <param name="Capabilities">What may be done; a list that is null permits everything.</param>
/// <param name="CostPerOperation">The most that one workload may cost, in each unit that a link limits.</param>
/// <param name="Spend">Every link's limit of spend, the person's first: all of them hold.</param>
/// <param name="MaxConcurrent">The most workloads at once; null for no limit.</param>
/// <param name="RequestsPerMinute">The most workloads in a minute; null for no limit.</param>
/// <param name="TokensPerMinute">The most tokens in a minute; null for no limit.</param>
/// <param name="DepthLeft">How many more delegations may follow below.</param>
/// <param name="NotBefore">When it begins; null for at once.</param>
/// <param name="ExpiresAt">When it ends; null for never by itself.</param>
/// <param name="ApprovalWhen">The conditions, any of which needs a person, the topmost link's first.</param>
[GenerateSerializer, Immutable, Alias("genops.EffectiveAuthority")]
public sealed record EffectiveAuthority(
    Capabilities Capabilities,
    ImmutableArray<Amount> CostPerOperation,
    ImmutableArray<SpendLimit> Spend,
    int? MaxConcurrent,
    int? RequestsPerMinute,
    long? TokensPerMinute,
    int DepthLeft,
    DateTimeOffset? NotBefore,
    DateTimeOffset? ExpiresAt,
    ImmutableArray<string> ApprovalWhen);
