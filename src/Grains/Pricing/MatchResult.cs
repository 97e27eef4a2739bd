namespace GenOps.ControlPlane.Pricing;

/// <summary>Whether a name matches. In this order, so that "or" is the greatest and "and" the least of the parts.</summary>
internal enum MatchResult
{
    /// <summary>It doesn't.</summary>
    No,

    /// <summary>It hangs on a clause that this version can't read.</summary>
    Maybe,

    /// <summary>It does.</summary>
    Yes,
}
