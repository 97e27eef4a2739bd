using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Depth;

/// <summary>The trees alone, without actors and ledger: a reservation and its settlement, each decided, verified and folded. In nanoseconds.</summary>
/// <param name="Rounds">How many rounds.</param>
/// <param name="PairsPerRound">Pairs of each tree in a round.</param>
/// <param name="Flat">The flat tree.</param>
/// <param name="Deep">The deep one.</param>
/// <param name="Ratio">The deep one's time by the flat one's, round by round.</param>
internal sealed record TreeFigures(int Rounds, int PairsPerRound, Spread Flat, Spread Deep, Spread Ratio);
