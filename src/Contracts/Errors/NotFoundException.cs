namespace GenOps.ControlPlane.Errors;

/// <summary>What the request names does not exist.</summary>
[GenerateSerializer, Alias("genops.NotFoundException")]
public sealed class NotFoundException : GenOpsException
{
    /// <summary>Creates one, such as <c>agent_not_found</c>.</summary>
    public NotFoundException(string code, string message) : base(404, code, message)
    {
    }
}
