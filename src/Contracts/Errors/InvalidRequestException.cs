namespace GenOps.ControlPlane.Errors;

/// <summary>The request itself is wrong: sending it again can't help. Nothing was written.</summary>
[GenerateSerializer, Alias("genops.InvalidRequestException")]
public sealed class InvalidRequestException : GenOpsException
{
    /// <summary>Creates one for a field of the request.</summary>
    /// <param name="field">The field's path, such as <c>estimate.inputTokens</c>.</param>
    /// <param name="rule">What it must be, to follow the field's name.</param>
    /// <param name="code">The stable code.</param>
    public InvalidRequestException(string field, string rule, string code = "invalid_request")
        : base(400, code, $"{field}: {rule}") => Field = field;

    /// <summary>The field at fault.</summary>
    [Id(0)]
    public string Field { get; private set; }
}
