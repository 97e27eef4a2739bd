namespace GenOps.ControlPlane.Silo.Access;

/// <summary>What the door and the admin key log: events 5100 to 5199.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(5100, LogLevel.Error, "Endpoint {Endpoint} declares no permission; every call of it is refused")]
    public static partial void Undeclared(ILogger logger, string endpoint);

    [LoggerMessage(5101, LogLevel.Information, "Made an admin key of all tenants; it is in {Path}")]
    public static partial void AdminKeyMade(ILogger logger, string path);

    [LoggerMessage(5102, LogLevel.Warning, "Revoked admin key {KeyId}: its file was gone or holds another key")]
    public static partial void AdminKeyRevoked(ILogger logger, string keyId);
}
