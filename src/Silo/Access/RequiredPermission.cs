using GenOps.ControlPlane.Access;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>What an endpoint needs of its caller. An endpoint without it, and without <see cref="OpenToAll"/>, is refused.</summary>
/// <param name="Permission">What the caller's role must allow.</param>
/// <param name="TenantMustExist">Whether the tenant in the path must be there already; false where it is made.</param>
internal sealed record RequiredPermission(Permission Permission, bool TenantMustExist = true);
