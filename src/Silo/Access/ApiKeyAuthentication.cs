using System.Security.Claims;
using System.Text.Encodings.Web;
using GenOps.ControlPlane.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>Authenticates <c>Authorization: Bearer KEY</c> against the keys in the ledger.</summary>
internal sealed class ApiKeyAuthentication(
    ICredentialSource credentials,
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What is open to all must not depend on the ledger: a probe may send a key and is none the wiser.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>() is null)
            return AuthenticateResult.NoResult();

        var headers = Request.Headers.Authorization;
        if (headers.Count == 0)
            return AuthenticateResult.NoResult();
        if (headers.Count > 1 || headers[0] is not { } header || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("the Authorization header must be 'Bearer KEY', once");

        var credential = await credentials.AuthenticateAsync(header[Prefix.Length..].Trim(), Context.RequestAborted);
        if (credential is null)
            return AuthenticateResult.Fail("the key is unknown, expired or revoked");

        Context.Features.Set(credential);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, credential.Principal.Value)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
