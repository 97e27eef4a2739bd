namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>a == b</c> and the others.</summary>
/// <param name="left">The left side.</param>
/// <param name="sign">One of <see cref="Signs"/>.</param>
/// <param name="right">The right side.</param>
/// <param name="type">What both are; any for two parameters, which must turn out to be the same.</param>
internal sealed class Comparison(ConditionOperand left, string sign, ConditionOperand right, ConditionType type) : ConditionNode
{
    /// <summary>Every comparison there is.</summary>
    public static readonly string[] Signs = ["==", "!=", "<", "<=", ">", ">="];

    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input)
    {
        var (a, b) = (left.Value(input, type), right.Value(input, type));
        if (a.IsUnknown || b.IsUnknown)
            return ConditionAnswer.Unknown;
        if (a.IsMissing || b.IsMissing)
            return ConditionAnswer.No;
        if (a.Type != b.Type)
            return ConditionAnswer.Unknown;

        var order = a.CompareTo(b);
        var holds = sign switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
        return holds ? ConditionAnswer.Yes : ConditionAnswer.No;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{left} {sign} {right}";
}
