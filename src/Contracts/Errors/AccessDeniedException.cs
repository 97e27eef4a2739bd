namespace GenOps.ControlPlane.Errors;

/// <summary>The credential is missing, unknown, or not good for this.</summary>
[GenerateSerializer, Alias("genops.AccessDeniedException")]
public sealed class AccessDeniedException : GenOpsException
{
    private AccessDeniedException(int status, string code, string message) : base(status, code, message)
    {
    }

    /// <summary>No credential, or one that is unknown, expired or revoked.</summary>
    public static AccessDeniedException Unauthenticated(string message) => new(401, "unauthenticated", message);

    /// <summary>A good credential for something else.</summary>
    public static AccessDeniedException Forbidden(string message) => new(403, "forbidden", message);
}
