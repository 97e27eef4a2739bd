namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>data</c>: the set of classes of the data touched. It stands after <c>in</c> alone, so it never has a single value.</summary>
internal sealed class DataOperand() : ConditionOperand(ConditionType.Texts)
{
    /// <inheritdoc/>
    public override ConditionValue Value(in ConditionInput input, ConditionType wanted) => ConditionValue.Unknown;

    /// <inheritdoc/>
    public override string ToString() => ConditionNames.Data;
}
