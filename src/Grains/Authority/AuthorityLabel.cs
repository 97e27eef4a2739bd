using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// As of when something was read of authority: taken from <see cref="AuthoritySnapshot.Label"/> before the reading begins,
/// and asked about with <see cref="AuthoritySnapshot.IsCurrent"/>. Once the ledger was
/// read, the default is not current.
/// </summary>
/// <param name="Era">The <see cref="AuthoritySnapshot.Era"/>.</param>
/// <param name="Epoch">The epoch in it.</param>
public readonly record struct AuthorityLabel(long Era, Epoch Epoch);
