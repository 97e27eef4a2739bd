namespace GenOps.ControlPlane.Silo.Http;

/// <summary>An entry that is not what was written.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Seq">Its number.</param>
/// <param name="Why">What is wrong with it.</param>
internal sealed record BrokenEvidence(string Stream, long Seq, string Why);
