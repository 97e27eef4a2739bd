namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A part of a condition that is true or false. Its text is the part in its one form.</summary>
internal abstract class ConditionNode
{
    /// <summary>What it says of a request.</summary>
    public abstract ConditionAnswer Answer(in ConditionInput input);

    /// <inheritdoc/>
    public abstract override string ToString();
}
