namespace GenOps.ControlPlane.Errors;

/// <summary>The request contradicts what is recorded.</summary>
[GenerateSerializer, Alias("genops.ConflictException")]
public sealed class ConflictException : GenOpsException
{
    /// <summary>Creates one, such as <c>idempotency_conflict</c>.</summary>
    public ConflictException(string code, string message) : base(409, code, message)
    {
    }
}
