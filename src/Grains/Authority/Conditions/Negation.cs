namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>not a</c>.</summary>
internal sealed class Negation(ConditionNode part) : ConditionNode
{
    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input) => part.Answer(input) switch
    {
        ConditionAnswer.No => ConditionAnswer.Yes,
        ConditionAnswer.Yes => ConditionAnswer.No,
        _ => ConditionAnswer.Unknown,
    };

    /// <inheritdoc/>
    public override string ToString() => part is Constant or Negation ? $"not {part}" : $"not ({part})";
}
