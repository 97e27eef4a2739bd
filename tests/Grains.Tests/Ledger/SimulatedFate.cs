namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>What the simulation does to one commit.</summary>
public enum SimulatedFate
{
    /// <summary>It arrives, and so does the answer.</summary>
    Delivered,

    /// <summary>The request is lost; the connection breaks.</summary>
    RequestLost,

    /// <summary>It arrives; the connection breaks before the answer.</summary>
    AnswerLost,

    /// <summary>The connection breaks, and the request arrives at any time later, between other commits.</summary>
    ArrivesLate,

    /// <summary>It arrives, is answered, and arrives once more at any time later.</summary>
    ArrivesTwice,

    /// <summary>The database says that it wrote nothing.</summary>
    Refused,

    /// <summary>It arrives, and the answer never comes.</summary>
    NeverAnswered,
}
