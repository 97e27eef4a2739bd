using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A condition over a request, as in <c>tool == "refund" and parameters.refundAmount &gt; 200</c>.</summary>
public sealed class Condition
{
    private Condition(string text) => Text = text;

    /// <summary>The condition as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a condition.</summary>
    /// <exception cref="InvalidRequestException">It can't be read, or compares what can't be compared; says where and what is meant.</exception>
    public static Condition Read(string text) => new(text);
}
