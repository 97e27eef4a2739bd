using System.Collections.Immutable;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>tool in ["refund", "pay"]</c>.</summary>
/// <param name="value">The value looked for.</param>
/// <param name="items">The list: one or more literals of one type.</param>
/// <param name="type">That type.</param>
internal sealed class ListMembership(ConditionOperand value, ImmutableArray<ConditionLiteral> items, ConditionType type) : ConditionNode
{
    /// <inheritdoc/>
    public override ConditionAnswer Answer(in ConditionInput input)
    {
        var looked = value.Value(input, type);
        if (looked.IsUnknown)
            return ConditionAnswer.Unknown;
        if (looked.IsMissing)
            return ConditionAnswer.No;

        foreach (var item in items)
        {
            if (looked.CompareTo(item.Value(input, type)) == 0)
                return ConditionAnswer.Yes;
        }

        return ConditionAnswer.No;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{value} in [{string.Join(", ", items)}]";
}
