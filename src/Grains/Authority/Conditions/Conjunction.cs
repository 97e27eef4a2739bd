using System.Collections.Immutable;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>a and b and c</c>.</summary>
internal sealed class Conjunction(ImmutableArray<ConditionNode> parts) : ConditionNode
{
    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input)
    {
        var answer = ConditionAnswer.Yes;
        foreach (var part in parts)
        {
            var said = part.Answer(input);
            if (said == ConditionAnswer.No)
                return said;
            answer = said < answer ? said : answer;
        }

        return answer;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" and ", parts.Select(part => part is Disjunction or Conjunction ? $"({part})" : $"{part}"));
}
