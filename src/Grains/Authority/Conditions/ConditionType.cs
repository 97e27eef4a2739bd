namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>What a name or a value in a condition is.</summary>
internal enum ConditionType
{
    /// <summary>A parameter, before it is known what it is compared with.</summary>
    Any,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>A set of texts.</summary>
    Texts,
}
