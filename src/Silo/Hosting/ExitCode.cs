namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What the process says at its end to whoever started it.</summary>
internal static class ExitCode
{
    /// <summary>It was asked to stop and handed over.</summary>
    public const int Stopped = 0;

    /// <summary>It could not start; standard error says why.</summary>
    public const int NotStarted = 1;

    /// <summary>The cluster had declared it dead, so it ended without handing over. Start it again.</summary>
    public const int DeclaredDead = 3;

    /// <summary>It alone could not reach the ledger, so it ended for its actors to move. Start it again.</summary>
    public const int Isolated = 4;

    /// <summary>It was asked to stop and could not hand over in its time, as without a database; the others take over as after its death.</summary>
    public const int NotHandedOver = 5;
}
