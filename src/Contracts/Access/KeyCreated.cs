namespace GenOps.ControlPlane.Access;

/// <summary>A key that was just made.</summary>
/// <param name="Id">Its id, which is no secret.</param>
/// <param name="Key">The key itself, shown this once.</param>
[GenerateSerializer, Immutable, Alias("genops.KeyCreated")]
public sealed record KeyCreated(string Id, string Key);
