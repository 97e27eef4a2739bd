namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What a node says on its console.</summary>
internal static class NodeLogging
{
    /// <summary>One line an event; of Orleans and ASP.NET only what somebody should look at.</summary>
    public static void AddNodeLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });

        // What the environment says (Logging__LogLevel__Orleans=Information) still goes first.
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Services.PostConfigure<LoggerFilterOptions>(filters =>
        {
            foreach (var (category, level) in Standard)
            {
                if (!filters.Rules.Any(rule => rule.CategoryName == category))
                    filters.Rules.Add(new LoggerFilterRule(null, category, level, null));
            }
        });
    }

    private static readonly (string Category, LogLevel Level)[] Standard =
    [
        ("Orleans", LogLevel.Warning),
        // It recommends a server's garbage collector at every start; whoever runs many cores knows the setting.
        ("Orleans.Runtime.Silo", LogLevel.Error),

        // Its first look compares with a time that was never set, and warns of a check that took as long as the machine is up.
        ("Orleans.Runtime.Watchdog", LogLevel.Error),
        // A line for every bad key would let anybody fill the log; the answer says what was wrong.
        ("GenOps.ControlPlane.Silo.Access.ApiKeyAuthentication", LogLevel.Warning),
        // Orleans tells under a grain service's own name that it started it.
        ("GenOps.ControlPlane.Authority.AuthorityNudgeService", LogLevel.Warning),
        ("GenOps.ControlPlane.Cluster.LedgerContactService", LogLevel.Warning),
        ("Polly", LogLevel.Warning),
        ("Microsoft", LogLevel.Warning),
        ("System", LogLevel.Warning),
    ];
}
