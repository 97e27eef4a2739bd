namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>The direction in Orleans' message header: the original is internal.</summary>
internal enum GatewayMessageDirection : byte
{
    None,
    Request,
    Response,
    OneWay,
}
