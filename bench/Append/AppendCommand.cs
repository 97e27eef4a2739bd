using System.CommandLine;

namespace GenOps.ControlPlane.Bench.Append;

/// <summary>The command line of the append bench.</summary>
internal static class AppendCommand
{
    private static readonly Option<int> Appends = new("--appends") { Description = "Appends of each layer in a round", DefaultValueFactory = _ => 2_000 };

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "Where the ledger is written during the run and removed afterwards; its disk is what is measured",
        DefaultValueFactory = _ => Path.GetTempPath(),
    };

    /// <summary>The command, with its options.</summary>
    public static Command Create()
    {
        var command = new Command(
            "append",
            """
            Writes the same entry durably through one layer of the ledger after the other, by one caller: the bare row, the
            connection that commits, its thread, and the writer that actors speak to. Shows where the time of an append goes.
            About 20 s.
            """)
        {
            Appends, Folder,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(parse, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        await AppendBench.RunAsync(parse.GetValue(Appends), parse.GetRequiredValue(Folder), Console.Out, cancellationToken);
        return 0;
    }
}
