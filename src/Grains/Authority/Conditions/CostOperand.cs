using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>cost.USD</c>: what the request is estimated to cost.</summary>
internal sealed class CostOperand(Unit unit) : ConditionOperand(ConditionType.Number)
{
    /// <inheritdoc/>
    public override ConditionValue Value(in ConditionInput input, ConditionType wanted) =>
        input.Cost(unit) is { } cost ? ConditionValue.Of(cost) : ConditionValue.Unknown;

    /// <inheritdoc/>
    public override string ToString() => $"{ConditionNames.Cost}.{unit}";
}
