using System.Collections.Concurrent;
using CsCheck;

namespace GenOps.ControlPlane.Budgets;

public sealed class SpendTreeProperties(ITestOutputHelper output)
{
    private const int RunCount = 600;

    // What no generator may lose sight of.
    private static readonly string[] MetOften =
    [
        "Reserve", "Reserve BUDGET_EXCEEDED", "Reserve BUDGET_RESERVATION_FAILED", "Ask", "Ask BUDGET_RESERVATION_FAILED", "Use", "Use x_approval_used",
        "Use x_approval_expired", "Use BUDGET_RESERVATION_FAILED", "UseElsewhere", "two on one approval", "denied", "approval expired", "expired",
        "refused, and the approval holds again", "refused after the approval's end", "refused, and another workload is on the approval",
        "withdrawn, and the approval holds again", "withdrawn after the approval's end",
    ];

    [Fact]
    public void Tree_OfAnyChainsAndApprovals_StandsAsTheSumOfAllThatHappened_AndUsesNoApprovalTwice()
    {
        var met = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        Gen.Select(Gen.Int[0, 60 * 60 * 24 * 40], SpendTreeStep.Any.Array[60, 160]).Sample(
            (startSeconds, steps) =>
            {
                var both = new SpendTreeRun(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero).AddSeconds(startSeconds));
                foreach (var (i, step) in steps.Index())
                    Do(both, i, step);
                foreach (var (what, count) in both.Met)
                    met.AddOrUpdate(what, count, (_, known) => known + count);
            },
            iter: RunCount,
            print: run => string.Join(Environment.NewLine, [$"{run.Item1} seconds", .. run.Item2.Select((step, i) => $"{i + 1} {step}")]));

        foreach (var (what, count) in met.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine($"{count} {what}");
        Assert.DoesNotContain(MetOften, what => met.GetValueOrDefault(what) < 20);
    }

    private static void Do(SpendTreeRun both, int index, SpendTreeStep step)
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
}
