namespace GenOps.ControlPlane.Errors;

/// <summary>The root of everything that can go wrong and is not a decision.</summary>
[GenerateSerializer, Alias("genops.GenOpsException")]
public class GenOpsException : Exception
{
    /// <summary>Creates one.</summary>
    /// <param name="status">The HTTP status that it becomes.</param>
    /// <param name="code">The stable code, as in problem+json.</param>
    /// <param name="message">What is wrong and how to fix it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public GenOpsException(int status, string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Status = status;
        Code = code;
    }

    /// <summary>The HTTP status that this becomes.</summary>
    [Id(0)]
    public int Status { get; private set; }

    /// <summary>The stable code.</summary>
    [Id(1)]
    public string Code { get; private set; }
}
