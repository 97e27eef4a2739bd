using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>
/// Whose delegations a caller may make, take away and see, once its role permits it at all: authority is passed on by who
/// has it. The same rules hold on both doors.
/// </summary>
public static class DelegationAccess
{
    /// <summary>Why the caller may not make or change delegations from <paramref name="from"/>; null if it may.</summary>
    public static string? WriteRefusal(Credential credential, TenantId tenant, Principal from)
    {
        if (credential.Refusal(Permission.DelegationWrite, tenant) is { } refusal)
            return refusal;
        if (credential.Role == Role.Admin || IsOwn(credential, from))
            return null;

        return from.IsAgent
            ? $"a delegation from {from} is made with a key that is bound to that agent, or by an admin"
            : credential.Role == Role.Service
                ? $"a service's key can't delegate in the name of {from}: a person does, with a key of their own"
                : $"a delegation from {from} is made by {from} or an admin; this key is {credential.Principal}'s";
    }

    /// <summary>Why the caller may not revoke a delegation from <paramref name="from"/>; null if it may. People may revoke any.</summary>
    public static string? RevokeRefusal(Credential credential, TenantId tenant, Principal from)
    {
        if (credential.Refusal(Permission.DelegationRevoke, tenant) is { } refusal)
            return refusal;
        return credential.Role != Role.Service || IsOwn(credential, from)
            ? null
            : credential.Agent is { } agent
                ? $"this credential is bound to the agent {agent}, which did not make this delegation: {from} did"
                : "a service's key revokes delegations only if it is bound to the agent that made them";
    }

    /// <summary>Why the caller may not see a delegation from <paramref name="from"/> to <paramref name="to"/>; null if it may.</summary>
    public static string? ReadRefusal(Credential credential, TenantId tenant, Principal from, AgentId to)
    {
        if (credential.Refusal(Permission.DelegationRead, tenant) is { } refusal)
            return refusal;
        return credential.Agent is not { } agent || agent == to || from == Principal.Of(agent)
            ? null
            : $"this credential is bound to the agent {agent}";
    }

    // A key of a service is in many hands: the person who is named as its holder is not there when it delegates.
    private static bool IsOwn(Credential credential, Principal from) =>
        credential.Agent is { } agent ? from == Principal.Of(agent) : credential.Role != Role.Service && !from.IsAgent && from == credential.Principal;
}
