namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A limit, and the time in which it counts.</summary>
internal sealed record AuditedLimit(string Period, decimal Limit, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    public bool Counts(DateTimeOffset at) => !(From > at) && !(Until <= at);
}
