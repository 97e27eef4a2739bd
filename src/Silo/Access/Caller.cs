using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>Who is calling, as the gate has let them in.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="Permission">What the endpoint needs.</param>
/// <param name="Tenant">The tenant in the path; null for what belongs to none.</param>
internal sealed record Caller(Credential Credential, Permission Permission, TenantId? Tenant)
{
    /// <summary>In whose name entries are made.</summary>
    public Principal Principal => Credential.Principal;

    /// <summary>Does nothing if the caller may act for <paramref name="agent"/>.</summary>
    /// <exception cref="AccessDeniedException">It may not.</exception>
    public void RequireAgent(AgentId agent)
    {
        if (Credential.Refusal(Permission, Tenant, agent) is { } refusal)
            throw AccessDeniedException.Forbidden(refusal);
    }

    /// <summary>Hands the caller to a handler that asks for it.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<Caller>()
            ?? throw new InvalidOperationException("the endpoint asks for its caller, but is open to all"));
}
