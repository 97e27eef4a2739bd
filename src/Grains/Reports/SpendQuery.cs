using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>Which spenders are asked for.</summary>
/// <param name="By">What spend is summed by.</param>
/// <param name="CountMax">The most items; the rest is one sum.</param>
/// <param name="Scope">The scope.</param>
/// <param name="From">The first instant; null for the beginning of the month of the last one.</param>
/// <param name="To">The end, exclusive; null for now.</param>
public sealed record SpendQuery(
    SpendDimension By, int CountMax, ScopePath Scope = default, DateTimeOffset? From = null, DateTimeOffset? To = null);
