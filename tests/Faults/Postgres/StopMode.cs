namespace GenOps.ControlPlane.Faults;

/// <summary>How a PostgreSQL server is stopped.</summary>
public enum StopMode
{
    /// <summary>Connections are cut, what they did is rolled back, all is written.</summary>
    Fast,

    /// <summary>Everything ends at once; the next start recovers.</summary>
    Immediate,
}
