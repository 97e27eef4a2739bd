using System.CommandLine;
using System.Text.Json;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>The command line of the authorize bench.</summary>
internal static class AuthorizeCommand
{
    private static readonly Option<bool> Quick = new("--quick") { Description = "Shorter rounds: about 35 s instead of two minutes, and less steady figures" };

    private static readonly Option<bool> OneCaller = new("--one-caller") { Description = "Only one caller beside its floor, without the table of many callers" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object instead of tables" };

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "Where the ledger is written during the run and removed afterwards; its disk is what is measured",
        DefaultValueFactory = _ => Path.GetTempPath(),
    };

    private static readonly JsonSerializerOptions JsonForm = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The command, with its options.</summary>
    public static Command Create()
    {
        var command = new Command(
            "authorize",
            """
            Starts a node with an empty ledger as a process of its own and asks it for decisions through the Orleans
            gateway. First one caller, beside its floor measured in the same run: a bare call of an actor, plus a bare
            durable append of the same entry to SQLite. Then authorize and reconcile in turn by 1, 64 and 256 callers on
            1, 16 and 1024 budgets. Figures are medians over rounds, with the lowest and the highest round.
            Progress goes to standard error. Exit code 0 if every call was answered as it must be.
            About two minutes; --quick 35 s.
            """)
        {
            Quick, OneCaller, Json, Folder,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(parse, cancellationToken));
        return command;
    }

    /// <summary>Runs the bench and prints its report.</summary>
    public static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        try
        {
            var plan = parse.GetValue(Quick) ? AuthorizePlan.Quick : AuthorizePlan.Standard;
            if (parse.GetValue(OneCaller))
                plan = plan with { Rounds = 0 };
            var report = await AuthorizeBench.RunAsync(plan, parse.GetRequiredValue(Folder), Console.Error, cancellationToken);
            if (parse.GetValue(Json))
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, JsonForm));
            else
                AuthorizeTables.Print(report, Console.Out);
            return 0;
        }
        catch (Exception error) when (error is BenchException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The bench failed: {error.Message}");
            return 1;
        }
    }
}
