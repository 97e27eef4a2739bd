using System.Net;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Silo.Gateway;

internal static partial class GatewayLog
{
    /// <param name="key">Without its secret; null if what came is no key at all.</param>
    [LoggerMessage(4101, LogLevel.Warning, "The gateway refused {Peer}: the API key {Key} is malformed, unknown, expired or revoked")]
    public static partial void KeyRefused(ILogger logger, EndPoint? peer, ApiKey? key);

    [LoggerMessage(4102, LogLevel.Warning, "The gateway refused {Peer}: {Reason}")]
    public static partial void NoHandshake(ILogger logger, EndPoint? peer, string reason);

    [LoggerMessage(4103, LogLevel.Error, "The gateway cut off {Principal} (key {KeyId} of {Tenant}) at {Peer}: it sent {Violation}")]
    public static partial void Violation(ILogger logger, Principal principal, string keyId, TenantId tenant, EndPoint? peer, string violation);

    [LoggerMessage(4104, LogLevel.Warning, "The gateway ended the connection of {Principal} (key {KeyId} of {Tenant}) at {Peer}")]
    public static partial void Ended(ILogger logger, Exception error, Principal principal, string keyId, TenantId tenant, EndPoint? peer);

    [LoggerMessage(4105, LogLevel.Warning, "The gateway put {Peer} off: {Reason}")]
    public static partial void Busy(ILogger logger, EndPoint? peer, string reason);

    [LoggerMessage(4106, LogLevel.Warning, "A call from outside was refused: {Stamp} to {Method} of {Target}: {Reason}")]
    public static partial void CallRefused(ILogger logger, string stamp, string method, string target, string reason);

    [LoggerMessage(4107, LogLevel.Debug, "{Peer} left the gateway before it heard the answer")]
    public static partial void PeerGone(ILogger logger, Exception error, EndPoint? peer);
}
