using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>
/// Whose credential asks, put into the call's context at both doors after the credential was checked. A key is authority,
/// too: a decision is refused if the key was revoked before it became final.
/// </summary>
/// <param name="KeyTenant">The tenant that the key belongs to, or all.</param>
/// <param name="KeyId">The key.</param>
/// <param name="Principal">Who holds it.</param>
public sealed record CallerContext(TenantId KeyTenant, string KeyId, Principal Principal)
{
    /// <summary>Its key in the request context. What a client sends there is dropped at the gateway, and what it says replaced.</summary>
    public const string RequestContextKey = "genops.credential";

    /// <summary>The caller of the call that is being handled; null for a call from within the control plane. Read it before the first await.</summary>
    public static CallerContext? Current
    {
        get
        {
            if (RequestContext.Get(RequestContextKey) is not string text || text.Split(' ') is not [var tenant, var key, var principal])
                return null;

            return new CallerContext(tenant == TenantId.All.Value ? TenantId.All : TenantId.Parse(tenant), key, Principal.Parse(principal));
        }
    }

    /// <summary>Says that what is called from here on is called for <paramref name="credential"/>; null takes back what was said.</summary>
    public static void Set(Credential? credential)
    {
        if (credential is null)
            RequestContext.Remove(RequestContextKey);
        else
            RequestContext.Set(RequestContextKey, $"{credential.Tenant.Value} {credential.KeyId} {credential.Principal}");
    }
}
