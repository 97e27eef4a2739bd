using System.CommandLine;
using System.Text.Json;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Measuring;

/// <summary>A bench that makes one report: as tables, or as JSON.</summary>
internal static class ReportCommand
{
    private static readonly Option<bool> Full = new("--full") { Description = "The counts that are published, instead of a shorter first look" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object instead of tables" };

    private static readonly JsonSerializerOptions JsonForm = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whether the counts that are published are asked for.</summary>
    public static bool IsFull(ParseResult parse) => parse.GetValue(Full);

    /// <summary>The command.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="description">What it measures and how.</param>
    /// <param name="run">Measures, in a folder that is removed afterwards.</param>
    /// <param name="print">The report as plain text.</param>
    /// <param name="more">Options of its own.</param>
    public static Command Create<TReport>(
        string name, string description, Func<ParseResult, string, CancellationToken, Task<TReport>> run, Action<TReport, TextWriter> print,
        params ReadOnlySpan<Option> more)
    {
        var folder = new Option<string>("--folder")
        {
            Description = "Where files are written during the run and removed afterwards; its disk is what is measured",
            DefaultValueFactory = _ => Path.GetTempPath(),
        };
        var command = new Command(name, description) { Full, Json, folder };
        foreach (var option in more)
            command.Options.Add(option);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var own = Path.Combine(Path.GetFullPath(parse.GetRequiredValue(folder)), $"genops-bench-{Environment.ProcessId}");
            try
            {
                Directory.CreateDirectory(own);
                var report = await run(parse, own, cancellationToken);
                if (parse.GetValue(Json))
                    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, JsonForm));
                else
                    print(report, Console.Out);
                return 0;
            }
            catch (Exception error) when (error is BenchException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"The bench failed: {error.Message}");
                return 1;
            }
            finally
            {
                if (Directory.Exists(own))
                    Directory.Delete(own, recursive: true);
            }
        });
        return command;
    }
}
