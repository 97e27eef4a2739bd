using Orleans.Services;

namespace GenOps.ControlPlane.Cluster;

/// <summary>The part of a silo that tells the others whether it reaches the ledger.</summary>
[Alias("genops.ILedgerContactService")]
internal interface ILedgerContactService : IGrainService
{
    /// <summary>How long ago the ledger's database last answered this silo; null if it never did.</summary>
    [Alias("GetAge")]
    Task<TimeSpan?> GetAgeAsync();
}
