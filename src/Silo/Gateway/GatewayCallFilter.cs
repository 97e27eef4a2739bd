using System.Collections.Concurrent;
using System.Reflection;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Silo.Overload;
using Microsoft.Extensions.Logging;
using Orleans.Metadata;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>
/// Authorises what came through a gateway, on whichever silo the call runs: such a call carries the gateway's stamp, one
/// from inside does not. Whatever is not allowed is refused.
/// </summary>
internal sealed class GatewayCallFilter(
    ICredentialSource credentials, GrainInterfaceTypeResolver interfaces, DecisionPlaces places, ILogger<GatewayCallFilter> logger) : IIncomingGrainCallFilter
{
    // Orleans keeps these interfaces internal; every client calls them.
    private const string CancellationInterface = "Orleans.Runtime.IGrainCallCancellationExtension";
    private const string ManifestInterface = "Orleans.Runtime.IClusterManifestSystemTarget";

    private static readonly GrainType ClientType = GrainType.Create("sys.client");

    // Only methods that are open: what a stranger asks for in vain must not fill the memory.
    private readonly ConcurrentDictionary<MethodInfo, GatewayRule> _rules = new();

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (RequestContext.Get(GatewayStamp.RequestContextKey) is { } stamp)
            return InvokeFromOutsideAsync(context, stamp as string ?? "");

        // A second line of defence: a client's message without a stamp came through a gateway without a door.
        return context.SourceId is { } source && source.Type == ClientType && !source.Key.AsSpan().StartsWith("hosted-"u8)
            ? throw Refused(context, source.ToString(), AccessDeniedException.Unauthenticated(
                "the call comes from a client, but not through an authenticated gateway"))
            : context.Invoke();
    }

    private async Task InvokeFromOutsideAsync(IIncomingGrainCallContext context, string stamp)
    {
        // What the grain calls in turn is the cluster's own call; for whom, only the credential says.
        RequestContext.Remove(GatewayStamp.RequestContextKey);
        CallerContext.Set(null);

        var credential = GatewayStamp.TryRead(stamp, out var tenant, out var keyId) ? await credentials.FindAsync(tenant, keyId) : null;
        if (credential is null)
            throw Refused(context, stamp, AccessDeniedException.Unauthenticated("the API key of this connection has expired or was revoked"));
        GatewayRule? rule = null;
        if (!IsProtocol(context) && Refusal(context, credential, out rule) is { } reason)
            throw Refused(context, stamp, AccessDeniedException.Forbidden(reason));

        // Over whatever the message says of it: its sender may have put anything there.
        CallerContext.Set(credential);
        if (rule is not { TakesPlace: true })
        {
            await context.Invoke();
            return;
        }

        using (await places.TakeAsync(GatewayTarget.OfAgent(context.TargetId.Key)!.Value.Tenant))
            await context.Invoke();
    }

    private string? Refusal(IIncomingGrainCallContext context, Credential credential, out GatewayRule? rule)
    {
        rule = RuleOf(context);
        if (rule is null)
            return $"{context.Request.GetInterfaceType().Name}.{context.MethodName} is not open to callers from outside the cluster";

        // How a message is queued and placed follows its header; the call itself is in the body. They must agree.
        if (context.InterfaceType != rule.Interface)
            return $"the message names {context.InterfaceType} but calls {rule.Interface}";

        var target = rule.IsOfTenant ? GatewayTarget.OfTenant(context.TargetId.Key) : GatewayTarget.OfAgent(context.TargetId.Key);
        return target is { } read
            ? credential.Refusal(rule.Permission, read.Tenant, read.Agent)
            : $"'{context.TargetId.Key}' is not the key of {(rule.IsOfTenant ? "a tenant's feed, w/TENANT" : "an agent, a/TENANT/AGENT")}";
    }

    private GatewayRule? RuleOf(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod is not { } method)
            return null;
        if (_rules.TryGetValue(method, out var rule))
            return rule;
        if (method.GetCustomAttribute<ExternalAttribute>(inherit: false) is not { } external)
            return null;

        var interfaceType = interfaces.GetGrainInterfaceType(context.Request.GetInterfaceType());
        rule = new GatewayRule(external.Permission, interfaceType, IsOfTenant(method.DeclaringType), external.TakesPlace);
        return _rules.GetOrAdd(method, rule);
    }

    private static bool IsOfTenant(Type? grain) => grain == typeof(IAuthorityFeedGrain) || grain == typeof(IClusterGatewaysGrain);

    private static bool IsProtocol(IIncomingGrainCallContext context) => context.Request.GetInterfaceType().FullName switch
    {
        ManifestInterface => true,

        // A client may cancel its own calls only.
        CancellationInterface => context.Request.GetArgument(0) is GrainId sender && sender == context.SourceId,
        _ => false,
    };

    private AccessDeniedException Refused(IIncomingGrainCallContext context, string stamp, AccessDeniedException refusal)
    {
        GatewayLog.CallRefused(logger, stamp, $"{context.InterfaceName}.{context.MethodName}", context.TargetId.ToString(), refusal.Message);
        return refusal;
    }
}
