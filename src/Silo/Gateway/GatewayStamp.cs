using System.Diagnostics.CodeAnalysis;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>The mark that the gateway puts on every message it lets in: which key's connection it came through.</summary>
internal static class GatewayStamp
{
    /// <summary>
    /// Its key in the request context. Clients can't send it, because the guard writes the request context anew; silos
    /// pass it on when they forward a message; and the call filter takes it off before the grain runs.
    /// </summary>
    public const string RequestContextKey = "genops.caller";

    /// <summary>The stamp of a credential: the key's id and its tenant.</summary>
    public static string Of(Credential credential) => $"{credential.KeyId}/{credential.Tenant}";

    /// <summary>Reads a stamp.</summary>
    public static bool TryRead(string text, out TenantId tenant, [NotNullWhen(true)] out string? keyId)
    {
        tenant = default;
        keyId = null;
        var slash = text.IndexOf('/');
        if (slash < 1)
            return false;

        var name = text[(slash + 1)..];
        if (name == TenantId.All.Value)
            tenant = TenantId.All;
        else if (!TenantId.TryParse(name, null, out tenant))
            return false;

        keyId = text[..slash];
        return true;
    }
}
