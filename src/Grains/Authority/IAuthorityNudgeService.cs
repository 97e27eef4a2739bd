using GenOps.ControlPlane.Ids;
using Orleans.Concurrency;
using Orleans.Services;

namespace GenOps.ControlPlane.Authority;

/// <summary>The part of a silo that is nudged by the others.</summary>
[Alias("genops.IAuthorityNudgeService")]
internal interface IAuthorityNudgeService : IGrainService
{
    /// <summary>The ledger is at <paramref name="epoch"/> or beyond: have a look.</summary>
    [Alias("Nudge"), OneWay]
    Task NudgeAsync(Epoch epoch);
}
