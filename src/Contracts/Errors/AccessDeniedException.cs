namespace GenOps.ControlPlane.Errors;

/// <summary>The credential is missing, unknown, or not good for this.</summary>
[GenerateSerializer, Alias("genops.AccessDeniedException")]
public sealed class AccessDeniedException : GenOpsException
{
    /// <summary>The code of <see cref="Unauthenticated"/>.</summary>
    public const string UnauthenticatedCode = "unauthenticated";

    private AccessDeniedException(int status, string code, string message) : base(status, code, message)
    {
    }

    /// <summary>No credential, or one that is unknown, expired or revoked.</summary>
    public static AccessDeniedException Unauthenticated(string message) => new(401, UnauthenticatedCode, message);

    /// <summary>A client has no credential that it could show: its own configuration is at fault, and nobody was asked.</summary>
    public static AccessDeniedException NoKey(string message) => new(401, "no_key", message);

    /// <summary>A good credential for something else.</summary>
    public static AccessDeniedException Forbidden(string message) => new(403, "forbidden", message);
}
