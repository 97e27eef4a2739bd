using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Orleans' connection preamble, field by field: the original is internal. Both are encoded alike.</summary>
[GenerateSerializer, Immutable, Alias("genops.GatewayPreamble")]
internal sealed class GatewayPreamble
{
    [Id(0)]
    public NetworkProtocolVersion NetworkProtocolVersion { get; init; }

    [Id(1)]
    public GrainId NodeIdentity { get; init; }

    [Id(2)]
    public SiloAddress? SiloAddress { get; init; }

    [Id(3)]
    public string ClusterId { get; init; } = "";
}
