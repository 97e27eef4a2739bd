namespace GenOps.ControlPlane.Faults;

/// <summary>How much of a scenario is run.</summary>
public sealed record ScenarioPlan
{
    /// <summary>
    /// The form for CI: seconds. Its callers leave processor time for the silos that start, which on two processors takes them
    /// most of a scenario otherwise.
    /// </summary>
    public static ScenarioPlan Short { get; } = new()
    {
        CallsBefore = 80, CallsAfter = 120, Repeats = 8, Load = new LoadOptions { Pause = TimeSpan.FromMilliseconds(60) },
    };

    /// <summary>The form by hand: at least 100,000 acknowledged calls over all scenarios.</summary>
    public static ScenarioPlan Long { get; } = new() { Rounds = 3, CallsBefore = 1_500, CallsAfter = 2_000, Stop = TimeSpan.FromSeconds(12), Linger = TimeSpan.FromSeconds(12), Measure = TimeSpan.FromSeconds(15), Repeats = 150, SamplesMin = 100, JudgesSpeed = true, RoundMax = TimeSpan.FromMinutes(20), StageMax = TimeSpan.FromMinutes(15), Load = new LoadOptions { HttpCallers = 16, LibraryCallers = 8 } };

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

    /// <summary>How long a full disk and a wrong clock stay, once they were noticed.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long throughput and latency are measured in the scenarios that compare them, once with and once without what disturbs.</summary>
    public TimeSpan Measure { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the reader of (m) stays; as long as is measured if absent.</summary>
    public TimeSpan? Reader { get; init; }

    /// <summary>The fewest decisions from which a percentile of their times is taken.</summary>
    public int SamplesMin { get; init; } = 20;

    /// <summary>How many times longer than quiet ones the slowest hundredth of another tenant's decisions may take in (l).</summary>
    /// <value>3; judged if <see cref="JudgesSpeed"/>: few decisions on a machine that does other things as well say nothing.</value>
    public double LatencyRatioMax { get; init; } = 3;

    /// <summary>How often something is done in the scenarios that do it many times.</summary>
    public int Repeats { get; init; } = 20;

    /// <summary>Whether too slow is a broken promise: not where the machine does other things at the same time.</summary>
    public bool JudgesSpeed { get; init; }

    /// <summary>How long any number of calls may take.</summary>
    public TimeSpan ProgressMax { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one round of one scenario may take before it is given up.</summary>
    public TimeSpan RoundMax { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long the start, the end of the load, the audit, and the end of all processes may take, each.</summary>
    public TimeSpan StageMax { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a recovery may take before the scenario is given up.</summary>
    public TimeSpan RecoveryMax { get; init; } = TimeSpan.FromSeconds(60);
}
