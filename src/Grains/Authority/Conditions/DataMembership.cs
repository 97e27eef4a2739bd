namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>"pii" in data</c>: whether the request touches data of a class.</summary>
internal sealed class DataMembership(string classification) : ConditionNode
{
    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input) =>
        input.Request.DataClassifications is { IsDefault: false } classes && classes.Contains(classification)
            ? ConditionAnswer.Yes
            : ConditionAnswer.No;

    /// <inheritdoc/>
    public override string ToString() => $"{ConditionLiteral.Quote(classification)} in data";
}
