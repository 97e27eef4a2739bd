using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>What delegated authority costs.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Revocation">How long revocations take.</param>
/// <param name="RevocationAim">What the median root of each size may take, by the median leaf.</param>
/// <param name="Chains">What long chains cost a decision.</param>
/// <param name="ChainAim">What a decision at the end of the long chain may take, by one at the end of the short one, without the disk.</param>
/// <param name="Memory">What idle agents take.</param>
/// <param name="MemoryAim">What each of them may take.</param>
internal sealed record AuthorityReport(
    Machine Machine, RevocationFigures Revocation, Aim RevocationAim, IReadOnlyList<ChainFigures> Chains, Aim ChainAim,
    AgentMemoryFigures Memory, Aim MemoryAim);
