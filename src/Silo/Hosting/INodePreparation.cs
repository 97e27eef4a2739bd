namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What has to be in place before the host starts any part of the node.</summary>
internal interface INodePreparation
{
    /// <summary>Sees to it. What it throws is told to the operator.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);
}
