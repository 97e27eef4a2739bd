using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>Revocations of delegations with very many below. In milliseconds.</summary>
/// <param name="Descendants">How many are below each.</param>
/// <param name="Count">How many were revoked.</param>
/// <param name="Time">From the call to its answer.</param>
/// <param name="Refused">The next decision of the agent furthest down, which is refused: from the call to its answer.</param>
internal sealed record RootFigures(int Descendants, int Count, Spread Time, Spread Refused);
