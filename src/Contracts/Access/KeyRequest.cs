using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>A key to be made.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="Principal">Who holds it.</param>
/// <param name="Groups">The groups that the principal is in, at most 32 names.</param>
/// <param name="Agent">The only agent that it may act for; any of the tenant's if absent.</param>
/// <param name="ExpiresAt">When it ends; never if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.KeyRequest")]
public sealed record KeyRequest(
    Role Role,
    Principal Principal,
    ImmutableArray<string>? Groups = null,
    AgentId? Agent = null,
    DateTimeOffset? ExpiresAt = null);
