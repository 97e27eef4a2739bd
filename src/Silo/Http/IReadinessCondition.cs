namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Something without which a node should get no traffic.</summary>
internal interface IReadinessCondition
{
    /// <summary>Why the node is not ready, as part of a sentence; null if this has nothing against it.</summary>
    string? WhyNotReady { get; }
}
