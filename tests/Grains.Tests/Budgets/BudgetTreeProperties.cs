using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;

namespace GenOps.ControlPlane.Budgets;

public sealed class BudgetTreeProperties(ITestOutputHelper output)
{
    private const int RunCount = 740;

    private static readonly (string Zone, string Near)[] Places =
    [
        ("UTC", "2028-02-28T23:00:00Z"),
        ("Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T01:00:00Z"),
        ("Europe/Berlin", "2028-02-29T23:00:00Z"),
        ("America/New_York", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T06:00:00Z"),
        ("Asia/Kolkata", "2026-12-31T18:30:00Z"),
        ("Asia/Kolkata", "2028-02-28T18:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        ("America/Havana", "2026-03-08T05:00:00Z"),
        ("America/Havana", "2026-11-01T05:00:00Z"),
        ("Asia/Beirut", "2026-03-28T22:00:00Z"),
        ("Asia/Beirut", "2026-10-24T21:00:00Z"),
        ("Africa/Cairo", "2026-04-23T22:00:00Z"),
        ("Africa/Cairo", "2026-10-29T21:00:00Z"),
    ];

    // What no generator may lose sight of. All of it is met dozens of times at least, whatever the seed.
    private static readonly string[] MetOften =
    [
        "Allowed", "Blocked BUDGET_EXCEEDED", "Blocked BUDGET_RESERVATION_FAILED", "Blocked x_attribute_missing", "Blocked x_budget_frozen",
        "Blocked x_budget_missing", "Blocked x_price_unknown", "Blocked x_scopes_exhausted", "RateLimited RATE_LIMITED", "Warning BUDGET_EXCEEDED",
        "Warning BUDGET_RESERVATION_FAILED", "Warning RATE_LIMITED", "Warning x_attribute_missing", "Warning x_budget_threshold",
        "Warning x_price_unknown", "Warning x_scopes_exhausted", "alert", "alert on demand", "credit beyond what is spent", "estimated",
        "limit that goes", "limit to come", "on demand", "raised limit", "settled after it was written off", "settled from the ledger",
    ];

    private static readonly Gen<(int Place, int MinutesBefore, BudgetStep.Define First, BudgetStep[] Steps)> Runs =
        Gen.Select(
            Gen.Int[0, Places.Length - 1],
            Gen.Int[-120, 40 * 60],
            BudgetStep.Drafts.Select(draft => new BudgetStep.Define(draft)),
            BudgetStep.Any.Array[100, 200]);

    [Fact]
    public void Tree_OfAnyCommands_StandsAsTheSumOfAllThatHappened_AndNeverAdmitsBeyondALimit()
    {
        var steps = 0;
        var admissions = 0;
        var met = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        Runs.Sample(
            run =>
            {
                var (zone, near) = Places[run.Place];
                var start = DateTimeOffset.Parse(near, CultureInfo.InvariantCulture).AddMinutes(-run.MinutesBefore);
                var both = new BudgetModelRun(zone, start);

                // One run in sixteen starts before the budget exists.
                if (run.MinutesBefore % 16 != 0)
                    both.Do(run.First);
                foreach (var (i, step) in run.Steps.Index())
                    Do(both, i, step);

                var replayed = AdmissionReplay.Largest(both.Entries);
                Assert.Equal(0m, replayed.Overspend);
                Interlocked.Add(ref steps, run.Steps.Length);
                Interlocked.Add(ref admissions, replayed.Admissions);
                foreach (var (what, count) in both.Met)
                    met.AddOrUpdate(what, count, (_, known) => known + count);
            },
            iter: RunCount,
            print: Text);

        output.WriteLine($"{steps} steps, {admissions} admissions");
        foreach (var (what, count) in met.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine($"{count} {what}");
        Assert.InRange(steps, 100_000, int.MaxValue);
        Assert.InRange(admissions, steps / 20, steps);
        Assert.DoesNotContain(MetOften, what => !met.ContainsKey(what));
    }

    private static void Do(BudgetModelRun both, int index, BudgetStep step)
    {
        try
        {
            both.Do(step);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"step {index + 1}, {step}: {error.Message}", error);
        }
    }

    private static string Text((int Place, int MinutesBefore, BudgetStep.Define First, BudgetStep[] Steps) run) => string.Join(
        Environment.NewLine,
        [$"{Places[run.Place]}, {run.MinutesBefore} minutes before{(run.MinutesBefore % 16 == 0 ? ", not defined" : "")}", $"0 {run.First}", .. run.Steps.Select((step, i) => $"{i + 1} {step}")]);
}
