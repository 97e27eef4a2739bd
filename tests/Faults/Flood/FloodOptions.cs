namespace GenOps.ControlPlane.Faults;

/// <summary>What a flood does; its process reads it from a file.</summary>
/// <param name="Urls">The silos.</param>
/// <param name="Tenant">The tenant, of an <see cref="Organisation"/> that is prepared.</param>
/// <param name="Key">A service's key.</param>
/// <param name="Steps">How many callers at once, one step after the other.</param>
/// <param name="Step">How long each step takes.</param>
/// <param name="Started">When the history began that it is to be part of.</param>
/// <param name="ResultFile">Where the <see cref="FloodResult"/> is written.</param>
public sealed record FloodOptions(
    IReadOnlyList<Uri> Urls, string Tenant, string Key, IReadOnlyList<int> Steps, TimeSpan Step, long Started, string ResultFile);
