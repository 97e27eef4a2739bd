namespace GenOps.ControlPlane.Silo.Demo.Traces;

/// <summary>How an allowed call ends.</summary>
internal enum CallEnding
{
    /// <summary>Its figures are reported when it has run.</summary>
    Reconciled,

    /// <summary>It never ran after all: the money is given back.</summary>
    Released,

    /// <summary>It ran, and its figures are lost: the hold stays counted as unresolved.</summary>
    Unresolved,

    /// <summary>It ran, and its figures come when the replay is over.</summary>
    Late,
}
