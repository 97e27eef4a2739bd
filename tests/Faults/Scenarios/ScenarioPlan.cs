namespace GenOps.ControlPlane.Faults;

/// <summary>How much of a scenario is run.</summary>
public sealed record ScenarioPlan
{
    /// <summary>The form for CI: seconds.</summary>
    public static ScenarioPlan Short { get; } = new();

    /// <summary>The form by hand: at least 100,000 acknowledged calls over all scenarios.</summary>
    public static ScenarioPlan Long { get; } = new() { Rounds = 3, CallsBefore = 1_500, CallsAfter = 2_000, Stop = TimeSpan.FromSeconds(12), Load = new LoadOptions { HttpCallers = 16, LibraryCallers = 8 } };

    /// <summary>How often the fault is made.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>The acknowledged calls before each fault.</summary>
    public int CallsBefore { get; init; } = 200;

    /// <summary>The acknowledged calls after each recovery.</summary>
    public int CallsAfter { get; init; } = 300;

    /// <summary>The load.</summary>
    public LoadOptions Load { get; init; } = new();

    /// <summary>How long PostgreSQL is away in the scenarios that stop it.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long any number of calls may take.</summary>
    public TimeSpan ProgressMax { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a recovery may take before the scenario is given up.</summary>
    public TimeSpan RecoveryMax { get; init; } = TimeSpan.FromSeconds(60);
}
