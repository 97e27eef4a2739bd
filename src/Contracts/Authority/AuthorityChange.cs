using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>The acknowledgement of a change of authority: from this epoch on it is true everywhere.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="ElapsedMs">How long it took, in milliseconds.</param>
[GenerateSerializer, Immutable, Alias("genops.AuthorityChange")]
public sealed record AuthorityChange(Epoch Epoch, double ElapsedMs);
