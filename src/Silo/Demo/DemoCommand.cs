using System.CommandLine;
using System.Text.Json;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Silo.Demo.Screens;

namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>The command <c>demo</c>.</summary>
internal static class DemoCommand
{
    private const int ExitHeld = 0;
    private const int ExitFailed = 1;
    private const int ExitInterrupted = 130;

    private static readonly JsonSerializerOptions ReportOptions = new(GenOpsJson.Http) { WriteIndented = true };

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var standard = new DemoOptions();
        var data = new Option<string?>("--data") { Description = "A new or empty folder for the node's data, which is kept; a temporary one if absent" };
        var trace = new Option<string>("--trace")
        {
            Description = "Another trace with the columns TIMESTAMP,ContextTokens,GeneratedTokens",
            DefaultValueFactory = _ => standard.TracePath,
        };
        var callers = new Option<int>("--callers")
        {
            Description = $"How many calls run at once, 1 to {DemoOptions.CallersMax}",
            DefaultValueFactory = _ => standard.Callers,
        };
        callers.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > DemoOptions.CallersMax)
                result.AddError($"--callers: give a number from 1 to {DemoOptions.CallersMax}");
        });
        var json = new Option<bool>("--json") { Description = "Print one JSON object and nothing else" };
        var keep = new Option<bool>("--keep") { Description = "Leave the node up" };

        var command = new Command("demo", "Replays a real production trace through a node and verifies everything.") { data, trace, callers, json, keep };
        command.SetAction((parse, cancellationToken) => RunAsync(
            standard with
            {
                DataDirectory = parse.GetValue(data),
                TracePath = parse.GetRequiredValue(trace),
                Callers = parse.GetRequiredValue(callers),
                Json = parse.GetValue(json),
                Keep = parse.GetValue(keep),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var screen = DemoScreen.Create(options.Json, TimeProvider.System);
        try
        {
            var report = await new DemoRun(options, screen, TimeProvider.System).RunAsync(cancellationToken);
            screen.Show(report);
            if (options.Json)
                Console.WriteLine(JsonSerializer.Serialize(report, ReportOptions));
            foreach (var failed in report.Failed)
                await Console.Error.WriteLineAsync($"failed: {failed}");
            return report.Held ? ExitHeld : ExitFailed;
        }
        catch (DemoException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitFailed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("interrupted");
            return ExitInterrupted;
        }
    }
}
