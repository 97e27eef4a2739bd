using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>Which spend a report is about.</summary>
/// <param name="Scope">Charged to this scope, or below it.</param>
/// <param name="From">At this instant or later; null for the beginning.</param>
/// <param name="To">Before this instant; null for no end.</param>
internal sealed record SpendRange(ScopePath Scope, DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    private readonly string _below = Scope.Value + "/";

    /// <summary>Whether <paramref name="instant"/> lies in it.</summary>
    public bool Contains(DateTimeOffset instant) => (From is not { } from || from <= instant) && (To is not { } to || instant < to);

    /// <summary>Whether a charge of <paramref name="charged"/> and of scopes on demand counts in the scope.</summary>
    public bool Counts(ScopePath charged, ImmutableArray<ScopePath>? onDemand) =>
        Scope.IsRoot || charged == Scope || charged.Value.StartsWith(_below, StringComparison.Ordinal)
        || onDemand is { IsDefault: false } scopes && scopes.Contains(Scope);
}
