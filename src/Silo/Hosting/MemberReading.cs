using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What the database says of this silo, and what time it is there.</summary>
/// <param name="Status">The silo's status; null if it has no row.</param>
/// <param name="Clock">The comparison of clocks.</param>
internal readonly record struct MemberReading(SiloStatus? Status, ClockReading Clock);
