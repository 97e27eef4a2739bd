namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>An actor that does and keeps nothing: what Orleans itself takes for one.</summary>
[Alias("genops.bench.IBareGrain")]
internal interface IBareGrain : IGrainWithStringKey
{
    /// <summary>Activates it.</summary>
    [Alias("Touch")]
    Task TouchAsync();
}
