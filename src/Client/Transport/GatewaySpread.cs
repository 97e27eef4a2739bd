using System.Net;

namespace GenOps.ControlPlane.Client;

/// <summary>The gateways that an Orleans client has spread its actors over.</summary>
internal sealed class GatewaySpread(IEnumerable<IPEndPoint> gateways)
{
    private readonly HashSet<IPEndPoint> _gateways = [.. gateways];

    /// <summary>Whether there is one over which it has not. One that went has lost its actors: coming back it is new.</summary>
    public bool Gains(IReadOnlyCollection<IPEndPoint> offered)
    {
        _gateways.IntersectWith(offered);
        return _gateways.Count < offered.Count;
    }
}
