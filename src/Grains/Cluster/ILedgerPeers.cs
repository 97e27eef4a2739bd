namespace GenOps.ControlPlane.Cluster;

/// <summary>The other silos, asked whether they reach the ledger.</summary>
public interface ILedgerPeers
{
    /// <summary>An active silo that had an answer from the ledger's database within <paramref name="ageMax"/>; null if none says so.</summary>
    /// <param name="ageMax">How old the answer may be.</param>
    /// <param name="wait">How long the silos have to answer. All are asked at once.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    Task<SiloAddress?> FindInContactAsync(TimeSpan ageMax, TimeSpan wait, CancellationToken cancellationToken = default);
}
