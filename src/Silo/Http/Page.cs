using System.Collections.Immutable;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>One page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The items, in order.</param>
/// <param name="Next">Where the next page starts: the value of <c>after</c> or <c>cursor</c>; null after the last.</param>
internal sealed record Page<T>(ImmutableArray<T> Items, string? Next)
{
    /// <summary>How many items a page has unless its reader says otherwise.</summary>
    public const int LimitDefault = 100;

    /// <summary>The most items of a page.</summary>
    public const int LimitMax = 1_000;
}
