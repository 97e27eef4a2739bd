namespace GenOps.ControlPlane.Budgets;

/// <summary>What the last budget of a decision says of a workload that an earlier one holds money for.</summary>
[GenerateSerializer, Alias("genops.HoldFate")]
public enum HoldFate
{
    /// <summary>It was admitted: the action may have run.</summary>
    Admitted,

    /// <summary>It was refused, or never arrived and now never can: its id is spent.</summary>
    Abandoned,

    /// <summary>It was admitted, and its client gave it back: the action never ran, or so the client said.</summary>
    Released,
}
