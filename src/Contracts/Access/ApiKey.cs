using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>
/// An API key, <c>gok-TENANT.ID.SECRET</c>, with <c>~</c> for all tenants: whose it is can be read from it, and the 256
/// random bits of its secret are only ever kept as a hash.
/// </summary>
public sealed class ApiKey
{
    private const string Prefix = "gok-";

    private ApiKey(TenantId tenant, string id, string secret)
    {
        Tenant = tenant;
        Id = id;
        _secret = secret;
    }

    private readonly string _secret;

    /// <summary>The tenant that it is good for.</summary>
    public TenantId Tenant { get; }

    /// <summary>Its id within the tenant: 12 lower-case hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>SHA-256 of the secret, in hexadecimal: all that is stored. A secret of 256 random bits needs no slow hash.</summary>
    public string SecretHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(_secret)));

    /// <summary>A new key.</summary>
    public static ApiKey New(TenantId tenant) => new(
        tenant,
        RandomNumberGenerator.GetHexString(12, lowercase: true),
        RandomNumberGenerator.GetHexString(64, lowercase: true));

    /// <summary>Reads a key's text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = null;
        if (text is null || text.Length > 512 || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;

        var secretAt = text.LastIndexOf('.');
        var idAt = secretAt <= 0 ? -1 : text.LastIndexOf('.', secretAt - 1);
        if (idAt < Prefix.Length)
            return false;

        var tenantText = text[Prefix.Length..idAt];
        var id = text[(idAt + 1)..secretAt];
        var secret = text[(secretAt + 1)..];
        TenantId tenant;
        if (tenantText == "~")
            tenant = TenantId.All;
        else if (!TenantId.TryParse(tenantText, null, out tenant))
            return false;

        if (!IsHex(id, 12) || !IsHex(secret, 64))
            return false;

        key = new ApiKey(tenant, id, secret);
        return true;
    }

    /// <summary>Whether <paramref name="text"/> is a key's id.</summary>
    public static bool IsId(string text) => IsHex(text, 12);

    /// <summary>Whether <paramref name="text"/> is what is stored of a secret.</summary>
    public static bool IsSecretHash(string text) => IsHex(text, 64);

    /// <summary>Whether this key's secret has the stored hash; takes the same time either way.</summary>
    public bool Matches(string secretHash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SecretHash), Encoding.ASCII.GetBytes(secretHash));

    /// <summary>The key itself. A secret: for its holder, once.</summary>
    public string Reveal() => $"{Prefix}{(Tenant.IsAll ? "~" : Tenant.Value)}.{Id}.{_secret}";

    /// <summary>The key without its secret: safe for logs.</summary>
    public override string ToString() => $"{Prefix}{(Tenant.IsAll ? "~" : Tenant.Value)}.{Id}.…";

    private static bool IsHex(string text, int length) =>
        text.Length == length && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");
}
