using System.Collections.Immutable;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>What a replay yielded.</summary>
/// <param name="Outcomes">Every call, in the order of the trace.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Suspension">How the agent's suspension went.</param>
/// <param name="Revocation">How the delegation's revocation went.</param>
/// <param name="InFlight">What became of the call that ran meanwhile.</param>
internal sealed record ReplayResult(
    ImmutableArray<CallOutcome> Outcomes, TimeSpan Elapsed, SuspensionReport Suspension, RevocationReport Revocation, InFlightReport InFlight)
{
    /// <summary>Calls that were decided and reported, by second.</summary>
    public double PairsPerSecond => Outcomes.Count(outcome => outcome.ReconcileTime is not null) / Elapsed.TotalSeconds;
}
