using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>A grant of authority from one principal to an agent. It can be passed on, in narrower form only.</summary>
/// <param name="From">Who grants. A person holds all authority; an agent passes on what it was granted by <paramref name="Parent"/>.</param>
/// <param name="To">The agent that is granted it.</param>
/// <param name="Parent">The delegation that an agent passes on; none exactly if <paramref name="From"/> is a person.</param>
/// <param name="Capabilities">What may be done; all that the parent permits if absent.</param>
/// <param name="Limits">How much; all that the parent permits if absent.</param>
/// <param name="NotBefore">When it begins; at once if absent.</param>
/// <param name="ExpiresAt">When it ends; with the parent if absent.</param>
/// <param name="ApprovalWhen">
/// The condition under which a person has to approve first, such as <c>parameters.refundAmount &gt; 200</c>; never if absent.
/// </param>
/// <param name="ApproverGroup">The group that the person must be in; any person who may approve if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.DelegationDefinition")]
public sealed record DelegationDefinition(
    Principal From,
    Principal To,
    DelegationId? Parent = null,
    Capabilities? Capabilities = null,
    DelegationLimits? Limits = null,
    DateTimeOffset? NotBefore = null,
    DateTimeOffset? ExpiresAt = null,
    string? ApprovalWhen = null,
    string? ApproverGroup = null)
{
    /// <summary>The most delegations in a chain.</summary>
    public const int ChainLengthMax = 16;

    /// <summary>The longest condition, in characters.</summary>
    public const int ApprovalWhenLengthMax = 1_024;
}
