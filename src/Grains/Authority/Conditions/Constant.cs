namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>true</c>: always; <c>false</c>: never.</summary>
internal sealed class Constant(bool truth) : ConditionNode
{
    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input) => truth ? ConditionAnswer.Yes : ConditionAnswer.No;

    /// <inheritdoc/>
    public override string ToString() => truth ? "true" : "false";
}
