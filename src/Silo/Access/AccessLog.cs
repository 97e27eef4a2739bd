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

    [LoggerMessage(5103, LogLevel.Error, "The admin key in {Path} is of no use: {Why}. Write another to it (the subcommand new-key prints one) and restart; until then use another admin's key")]
    public static partial void GivenKeyUseless(ILogger logger, string path, string why);

    [LoggerMessage(5104, LogLevel.Warning, "The key in {Path} is not one of this cluster's, which has an admin already; delete the file, or set GenOps:Node:AdminKeyFile to it to make it the admin's")]
    public static partial void AdminKeyUnknown(ILogger logger, string path);

    [LoggerMessage(5105, LogLevel.Information, "The admin keys can't be looked at yet ({Why}); trying again")]
    public static partial void AdminKeyWaits(ILogger logger, string why);
}
