using System.CommandLine;
using System.Globalization;
using GenOps.ControlPlane.Faults;
using Command = System.CommandLine.Command;

namespace GenOps.ControlPlane.Bench.Chaos;

/// <summary>The command line of the fault scenarios.</summary>
internal static class ChaosCommand
{
    private const int AcknowledgedMin = 100_000;

    private static readonly Argument<string[]> Letters = new("scenarios")
    {
        Description = "Letters of scenarios; several in one word run on one cluster, in turn. All of them, and abd, if absent",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Short = new("--short") { Description = "Once each, with few calls, as CI does" };

    private static readonly Option<int> Seed = new("--seed") { Description = "Where the callers' and the faults' choices start", DefaultValueFactory = _ => 1 };

    private static readonly Option<int?> Rounds = new("--rounds") { Description = "How often each fault is made; 3 times if absent, once if --short" };

    private static readonly Option<TimeSpan?> Reader = new("--reader") { Description = "How long the read transaction and the dumps of (m) go on, such as 01:00:00; as long as is measured if absent" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON array instead of a table" };

    /// <summary>The command, with its options.</summary>
    public static Command Create()
    {
        var command = new Command(
            "chaos",
            $"""
             Breaks clusters of real processes on a PostgreSQL of their own, under load, and checks the whole ledger against
             everything that callers were told. Exit code 1 if a promise was broken.
             From one to six minutes a scenario; --short is a first look.

             {string.Join(Environment.NewLine, FaultList.All.Select(scenario => $"({scenario.Letter}) {scenario.Name}"))}
             """)
        {
            Letters, Short, Seed, Rounds, Reader, Json,
        };
        Rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 1_000)
                result.AddError("--rounds must be from 1 to 1000");
        });
        command.SetAction(RunAsync);
        return command;
    }

    // These are run for the sake of authority, whose history is then dense.
    private static ScenarioPlan WithManyRevocations(ScenarioPlan plan) => plan with { Load = plan.Load with { AuthorityInterval = TimeSpan.FromMilliseconds(20) } };

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var asked = parse.GetValue(Letters) is { Length: > 0 } some ? some : [.. FaultList.All.Select(scenario => $"{scenario.Letter}"), FaultList.Together];
        if (asked.FirstOrDefault(letters => FaultList.Find(letters) is null) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"there is no scenario {unknown}; there are {string.Concat(FaultList.All.Select(scenario => scenario.Letter))}");
            return 1;
        }

        var plan = parse.GetValue(Short) ? ScenarioPlan.Short : ScenarioPlan.Long;
        plan = plan with { Rounds = parse.GetValue(Rounds) ?? plan.Rounds, Reader = parse.GetValue(Reader), Load = plan.Load with { Seed = parse.GetValue(Seed) } };
        List<ScenarioResult> results = [];
        List<string> missing = [];
        foreach (var letters in asked)
        {
            try
            {
                var together = await ScenarioRunner.RunTogetherAsync(FaultList.Find(letters)!, letters == FaultList.Together ? WithManyRevocations(plan) : plan, progress: new ChaosProgress(letters), cancellationToken: cancellationToken);
                results.AddRange(together);
                await Console.Error.WriteAsync(ScenarioReport.Table(together));
                await Console.Error.WriteLineAsync(together[0].Audit?.ToString());
            }
            catch (MissingToolException error)
            {
                missing.Add($"({letters}) was not run: {error.Message}");
                await Console.Error.WriteLineAsync(missing[^1]);
            }
        }

        var acknowledged = results.Sum(result => result.Acknowledged);
        if (parse.GetValue(Json))
        {
            await Console.Out.WriteLineAsync(ScenarioReport.Json(results));
        }
        else
        {
            await Console.Out.WriteLineAsync(ScenarioReport.Table(results));
            foreach (var one in missing)
                await Console.Out.WriteLineAsync(one);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{acknowledged:N0} acknowledged calls; {results.Count(result => result.IsGood)} of {results.Count} scenarios good"));
        }

        // All scenarios in their long form have to have seen enough.
        var saysEnough = parse.GetValue(Letters) is { Length: > 0 } || parse.GetValue(Short) || acknowledged >= AcknowledgedMin;
        return missing.Count == 0 && saysEnough && results.TrueForAll(result => result.IsGood) ? 0 : 1;
    }
}
