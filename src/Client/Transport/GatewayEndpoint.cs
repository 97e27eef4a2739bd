using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Client;

/// <summary>One gateway as it is configured: a host name or an address, and a port.</summary>
internal readonly record struct GatewayEndpoint(string Host, int Port)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out GatewayEndpoint endpoint)
    {
        endpoint = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > IPEndPoint.MaxPort)
            return false;

        var host = text![..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':'))
            return false;

        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return false;

        endpoint = new GatewayEndpoint(host, port);
        return true;
    }

    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async Task<IPEndPoint[]> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(Host, out var address))
            return [new IPEndPoint(address, Port)];

        var port = Port;
        var addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken).ConfigureAwait(false);
        return [.. addresses.Select(found => new IPEndPoint(found, port))];
    }
}
