namespace GenOps.ControlPlane.Silo.Http;

/// <summary>A good answer to a health check.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record Health(string Status);
