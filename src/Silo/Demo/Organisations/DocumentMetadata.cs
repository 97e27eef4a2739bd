namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>What identifies a document.</summary>
/// <param name="Name">The name of what it describes.</param>
internal sealed record DocumentMetadata(string Name);
