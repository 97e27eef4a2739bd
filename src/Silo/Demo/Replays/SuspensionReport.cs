using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>How a suspension in the middle of everything went.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="AttemptedAfterAcknowledged">Its calls that began after the acknowledgement.</param>
/// <param name="AllowedAfterAcknowledged">Those of them that were allowed; there must be none.</param>
/// <param name="ElapsedMs">How long the acknowledgement took over HTTP, in milliseconds.</param>
internal sealed record SuspensionReport(AgentId Agent, int AttemptedAfterAcknowledged, int AllowedAfterAcknowledged, double ElapsedMs);
