namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>What a part of a condition says of a request.</summary>
internal enum ConditionAnswer
{
    /// <summary>It is false.</summary>
    No,

    /// <summary>Nobody can tell.</summary>
    Unknown,

    /// <summary>It is true.</summary>
    Yes,
}
