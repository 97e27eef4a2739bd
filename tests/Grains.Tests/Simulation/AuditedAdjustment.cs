namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A correction by hand. In these worlds each has a reason of its own, so that one that is made twice shows under any id.</summary>
internal sealed record AuditedAdjustment(string Id, string Scope, decimal Amount, DateTimeOffset? Until, string Period, string Reason);
