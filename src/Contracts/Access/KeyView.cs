using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>A key without its secret.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Principal">Who holds it.</param>
/// <param name="Groups">The groups that the principal is in.</param>
/// <param name="Agent">The only agent that it may act for; null if any.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="ExpiresAt">When it ends; null if never.</param>
/// <param name="RevokedAt">When it was revoked; null if it was not.</param>
[GenerateSerializer, Immutable, Alias("genops.KeyView")]
public sealed record KeyView(
    string Id,
    Role Role,
    Principal Principal,
    ImmutableArray<string> Groups,
    AgentId? Agent,
    DateTimeOffset CreatedAt,
    Principal CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt);
