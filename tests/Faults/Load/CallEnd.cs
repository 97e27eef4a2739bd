namespace GenOps.ControlPlane.Faults;

/// <summary>How a call ended for its caller.</summary>
public enum CallEnd
{
    /// <summary>With the answer that was asked for: it is acknowledged, and must stay true.</summary>
    Answered,

    /// <summary>With an explicit error.</summary>
    Refused,

    /// <summary>The connection was refused or broke: nobody knows what became of it.</summary>
    Broken,

    /// <summary>Nothing came within the time limit: nobody knows what became of it.</summary>
    Unanswered,
}
