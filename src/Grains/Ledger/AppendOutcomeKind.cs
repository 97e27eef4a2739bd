namespace GenOps.ControlPlane.Ledger;

/// <summary>The ways in which one append can end.</summary>
public enum AppendOutcomeKind
{
    /// <summary>It is durable.</summary>
    Accepted,

    /// <summary>Its base is not the head of its stream.</summary>
    Fenced,

    /// <summary>A slot of the unique index is taken.</summary>
    DecisionExists,
}
