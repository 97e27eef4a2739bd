namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>The flags of Orleans' message header: the original is internal.</summary>
[Flags]
internal enum GatewayMessageFlags : ushort
{
    SystemMessage = 1 << 0,
    ReadOnly = 1 << 1,
    AlwaysInterleave = 1 << 2,
    Unordered = 1 << 3,
    HasRequestContextData = 1 << 4,
    HasInterfaceVersion = 1 << 5,
    HasInterfaceType = 1 << 6,
    HasCacheInvalidationHeader = 1 << 7,
    HasTimeToLive = 1 << 8,
    IsLocalOnly = 1 << 9,
    SuppressKeepAlive = 1 << 10,
}
