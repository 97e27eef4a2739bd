namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A word, a literal or a sign of a condition.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Text">The name, the sign, the number as it is written, or what the quotes enclose.</param>
/// <param name="Column">Where it begins, from 1.</param>
/// <param name="Source">As it is written.</param>
internal readonly record struct ConditionToken(ConditionTokenKind Kind, string Text, int Column, string Source)
{
    /// <summary>Whether it is a sign, or a word that joins or compares.</summary>
    public bool Is(string text) => Kind is ConditionTokenKind.Sign or ConditionTokenKind.Name && Text == text;
}
