namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>What a token of a condition is.</summary>
internal enum ConditionTokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>A name or a word such as <c>and</c>.</summary>
    Name,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>A comparison, a parenthesis, a bracket, a comma or a dot.</summary>
    Sign,
}
