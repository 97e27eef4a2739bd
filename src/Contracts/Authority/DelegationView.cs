using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>A delegation as it stands.</summary>
/// <param name="Id">Its name.</param>
/// <param name="From">Who granted.</param>
/// <param name="To">Who was granted it.</param>
/// <param name="Parent">The delegation that it passes on; null if a person granted it.</param>
/// <param name="Capabilities">What may be done, as it was defined.</param>
/// <param name="Limits">How much, as it was defined.</param>
/// <param name="NotBefore">When it begins; null for at once.</param>
/// <param name="ExpiresAt">When it ends; null for never by itself.</param>
/// <param name="ApprovalWhen">The condition under which a person has to approve.</param>
/// <param name="ApproverGroup">The group that the person must be in.</param>
/// <param name="State">Where it stands by itself; its chain says whether it permits anything.</param>
/// <param name="Version">How often it was defined, from 1.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="MadeBy">Who made it.</param>
/// <param name="RevokedAt">When it was revoked; null if it was not.</param>
/// <param name="RevokedBy">Who revoked it.</param>
/// <param name="Reason">Why it was revoked.</param>
[GenerateSerializer, Immutable, Alias("genops.DelegationView")]
public sealed record DelegationView(
    DelegationId Id,
    Principal From,
    Principal To,
    DelegationId? Parent,
    Capabilities? Capabilities,
    DelegationLimits? Limits,
    DateTimeOffset? NotBefore,
    DateTimeOffset? ExpiresAt,
    string? ApprovalWhen,
    string? ApproverGroup,
    DelegationState State,
    int Version,
    DateTimeOffset MadeAt,
    Principal MadeBy,
    DateTimeOffset? RevokedAt,
    Principal? RevokedBy,
    string? Reason);
