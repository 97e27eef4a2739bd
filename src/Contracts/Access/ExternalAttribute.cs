namespace GenOps.ControlPlane.Access;

/// <summary>
/// Marks a grain method that a caller from outside may invoke over the gateway, and what that needs. Every method
/// without it is refused to callers from outside.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExternalAttribute(Permission permission) : Attribute
{
    /// <summary>What the caller's role must allow.</summary>
    public Permission Permission { get; } = permission;

    /// <summary>
    /// Whether a call may be refused as overloaded because its tenant has its share under way. Only what asks for
    /// something new: what reports, ends or takes away must get through.
    /// </summary>
    public bool TakesPlace { get; init; }
}
