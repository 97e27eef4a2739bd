using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Http;
using Microsoft.AspNetCore.Authentication;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>
/// The one place where HTTP requests are let in: by default nothing is. Runs after routing, so that it knows the
/// endpoint, and before anything of the request is read.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, KnownTenants tenants, ILogger<AccessGate> log)
{
    /// <summary>Lets the request through or throws.</summary>
    /// <exception cref="AccessDeniedException">No credential, or not one for this.</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        // Routing's own answers (404, 405, 415) are no routes of ours: they do nothing but set a status.
        if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<OpenToAll>() is not null)
        {
            await next(context);
            return;
        }

        if (endpoint.Metadata.GetMetadata<RequiredPermission>() is not { } required)
        {
            AccessLog.Undeclared(log, endpoint.DisplayName ?? endpoint.RoutePattern.RawText ?? "?");
            throw AccessDeniedException.Forbidden("this endpoint declares no permission, so nobody may call it");
        }

        var credential = await AuthenticateAsync(context);
        TenantId? tenant = context.Request.RouteValues.TryGetValue("tenant", out var name)
            ? RequestField.Parse<TenantId>("tenant", name as string)
            : null;
        AgentId? agent = context.Request.RouteValues.TryGetValue("agent", out name)
            ? RequestField.Parse<AgentId>("agent", name as string)
            : null;
        if (credential.Refusal(required.Permission, tenant, agent) is { } refusal)
            throw AccessDeniedException.Forbidden(refusal);

        if (tenant is { } named && required.TenantMustExist)
            await tenants.RequireAsync(named);

        // Set here, it is seen by what this request calls and by nothing else.
        context.Features.Set(new Caller(credential, required.Permission, tenant));
        CallerContext.Set(credential);
        await next(context);
    }

    private static async Task<Credential> AuthenticateAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(ApiKeyAuthentication.SchemeName);
        if (result.Succeeded && context.Features.Get<Credential>() is { } credential)
            return credential;

        context.Response.Headers.WWWAuthenticate = result.Failure is null
            ? "Bearer realm=\"genops\""
            : "Bearer realm=\"genops\", error=\"invalid_token\"";
        throw AccessDeniedException.Unauthenticated(
            result.Failure?.Message ?? "send a key as 'Authorization: Bearer KEY'");
    }
}
