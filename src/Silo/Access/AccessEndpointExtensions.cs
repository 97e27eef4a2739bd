using GenOps.ControlPlane.Access;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>How an endpoint says who may call it.</summary>
internal static class AccessEndpointExtensions
{
    /// <summary>The caller's role must allow <paramref name="permission"/>, for the tenant in the path.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission, bool tenantMustExist = true)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequiredPermission(permission, tenantMustExist));

    /// <summary>Anybody may call it.</summary>
    public static TBuilder IsOpenToAll<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new OpenToAll());
}
