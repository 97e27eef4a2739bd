using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>What the length of a chain costs a decision. In microseconds, each round's mean.</summary>
/// <param name="Name">What was asked, and how.</param>
/// <param name="WritesToDisk">Whether the disk's time is in it.</param>
/// <param name="Short">At the end of a chain of one.</param>
/// <param name="Long">At the end of the long one.</param>
/// <param name="Ratio">The long one's by the short one's, round by round.</param>
internal sealed record ChainFigures(string Name, bool WritesToDisk, Spread Short, Spread Long, Spread Ratio);
