namespace GenOps.ControlPlane.Silo.Tests;

/// <summary>Tests with processes of their own run one after another: they measure time, and fill the machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Processes";
}
