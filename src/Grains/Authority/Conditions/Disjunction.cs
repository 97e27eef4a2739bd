using System.Collections.Immutable;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>a or b or c</c>.</summary>
internal sealed class Disjunction(ImmutableArray<ConditionNode> parts) : ConditionNode
{
    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input)
    {
        var answer = ConditionAnswer.No;
        foreach (var part in parts)
        {
            var said = part.Answer(input);
            if (said == ConditionAnswer.Yes)
                return said;
            answer = said > answer ? said : answer;
        }

        return answer;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" or ", parts.Select(part => part is Disjunction ? $"({part})" : $"{part}"));
}
