namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Marks an endpoint that answers something else when asked with <c>dryRun=true</c>.</summary>
/// <param name="Type">What it answers then.</param>
internal sealed record DryRunAnswer(Type Type);
