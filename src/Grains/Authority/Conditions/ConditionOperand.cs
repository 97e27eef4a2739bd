namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A name or a literal in a condition. Its text is its one form.</summary>
/// <param name="type">What it is, as far as that can be told before there is a request.</param>
internal abstract class ConditionOperand(ConditionType type)
{
    /// <summary>What it is, as far as that can be told before there is a request.</summary>
    public ConditionType Type { get; } = type;

    /// <summary>What it stands for in a request.</summary>
    /// <param name="input">The request.</param>
    /// <param name="wanted">What it is compared as.</param>
    public abstract ConditionValue Value(in ConditionInput input, ConditionType wanted);

    /// <inheritdoc/>
    public abstract override string ToString();
}
