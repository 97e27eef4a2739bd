using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Workloads;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GenOps.ControlPlane.Silo.Demo.Screens;

/// <summary>
/// What the demo's user sees: a live picture on a terminal, plain lines without colours or control codes in a pipe, and
/// nothing where standard output must be JSON alone and standard error is not looked at.
/// </summary>
internal sealed class DemoScreen
{
    private const int PipeWidth = 160;
    private const int BarsMax = 14;
    private const int LinesPerReplay = 10;

    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(250);

    private readonly IAnsiConsole? _console;
    private readonly TimeProvider _time;

    private DemoScreen(IAnsiConsole? console, TimeProvider time)
    {
        _console = console;
        _time = time;
    }

    /// <summary>The screen for this process.</summary>
    /// <param name="json">Whether standard output is taken.</param>
    /// <param name="time">The clock.</param>
    public static DemoScreen Create(bool json, TimeProvider time)
    {
        var isPipe = json ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        if (json && isPipe)
            return new DemoScreen(null, time);

        // The enrichers would colour a pipe in some CI systems.
        var isPlain = isPipe || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out),
            Ansi = isPipe ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isPipe ? InteractionSupport.No : InteractionSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (isPipe)
            console.Profile.Width = PipeWidth;
        return new DemoScreen(console, time);
    }

    private bool IsLive => _console is { Profile.Capabilities: { Ansi: true, Interactive: true } };

    /// <summary>Says one thing.</summary>
    public void Say(string text) => _console?.WriteLine(text);

    /// <summary>Shows a replay until it ends, and ends as it does.</summary>
    /// <param name="replay">The replay.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="readBudgets">Reads how full the budgets are.</param>
    /// <param name="cancellationToken">Ends the showing.</param>
    public async Task WatchAsync(
        Task replay, ReplayProgress progress, Func<CancellationToken, Task<ImmutableArray<BudgetLine>>> readBudgets,
        CancellationToken cancellationToken)
    {
        if (IsLive)
            await _console!.Live(new Text("")).StartAsync(live => DrawAsync(live, replay, progress, readBudgets, cancellationToken));
        else if (_console is not null)
            await PrintAsync(replay, progress, cancellationToken);
        await replay;
    }

    /// <summary>Shows who passed what on to whom below a person's delegation.</summary>
    public void Show(GrantForest grants, DelegationId root) => _console?.Write(new AuthorityTree(IsLive).Of(grants, root));

    /// <summary>Shows the report.</summary>
    public void Show(DemoReport report)
    {
        if (_console is not { } console)
            return;

        var tables = new ReportTables(IsLive);
        foreach (var table in tables.Of(report))
        {
            console.WriteLine();
            console.Write(table);
        }

        console.WriteLine();
        console.WriteLine(ReportTables.Throughput(report));
        console.WriteLine();
        foreach (var invariant in report.Invariants)
            console.MarkupLine(tables.Of(invariant));
        console.WriteLine();
    }

    private async Task DrawAsync(
        LiveDisplayContext live, Task replay, ReplayProgress progress, Func<CancellationToken, Task<ImmutableArray<BudgetLine>>> readBudgets,
        CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var (seenAt, seen, rate) = (began, 0, 0.0);
        ImmutableArray<BudgetLine> budgets = [];
        using var frames = new PeriodicTimer(FrameInterval, _time);
        for (var frame = 0; ; frame++)
        {
            var isLast = replay.IsCompleted;
            if (isLast || frame % 4 == 0)
            {
                if (!replay.IsFaulted && !replay.IsCanceled)
                    budgets = await readBudgets(cancellationToken);
                rate = (progress.Decided - seen) / Math.Max(_time.GetElapsedTime(seenAt).TotalSeconds, 0.001);
                (seenAt, seen) = (_time.GetTimestamp(), progress.Decided);
            }

            live.UpdateTarget(Picture(progress, isLast ? progress.Decided / _time.GetElapsedTime(began).TotalSeconds : rate, budgets));
            live.Refresh();
            if (isLast)
                return;
            await Task.WhenAny(replay, frames.WaitForNextTickAsync(cancellationToken).AsTask());
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task PrintAsync(Task replay, ReplayProgress progress, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var next = 1;
        using var frames = new PeriodicTimer(FrameInterval, _time);
        while (!replay.IsCompleted)
        {
            var tick = frames.WaitForNextTickAsync(cancellationToken).AsTask();
            await Task.WhenAny(replay, tick);
            var decided = progress.Decided;
            if ((long)decided * LinesPerReplay < (long)next * progress.CallsTotal)
            {
                if (!replay.IsCompleted)
                    await tick;
                continue;
            }

            var done = (int)((long)decided * 100 / progress.CallsTotal);
            Say(
                $"{done,4} %  {decided,8:N0} calls  {decided / _time.GetElapsedTime(began).TotalSeconds,8:N0} a second"
                + $"  {progress.Of(DecisionResult.Allowed),8:N0} allowed  {progress.Of(DecisionResult.Blocked),8:N0} blocked");
            next = (int)((long)decided * LinesPerReplay / progress.CallsTotal) + 1;
            if (!replay.IsCompleted)
                await tick;
        }
    }

    private static Rows Picture(ReplayProgress progress, double rate, ImmutableArray<BudgetLine> budgets)
    {
        var rows = new List<IRenderable>
        {
            new Markup(
                $"{Bar((double)progress.Decided / progress.CallsTotal, "blue")} {progress.Decided,8:N0} of {progress.CallsTotal:N0} calls   {rate,7:N0} a second"),
            new Markup(
                $"[green]{progress.Of(DecisionResult.Allowed),8:N0} ALLOWED[/]   [red]{progress.Of(DecisionResult.Blocked),8:N0} BLOCKED[/]   "
                + Markup.Escape(string.Join("  ", progress.Reasons().Select(reason => $"{reason.Key} {reason.Value:N0}")))),
            new Text(""),
        };
        foreach (var line in budgets.OrderByDescending(line => line.Share).ThenBy(line => line.Path, StringComparer.Ordinal).Take(BarsMax))
        {
            rows.Add(new Markup(
                $"{Bar(line.Share, line.Share >= 0.98 ? "red" : line.Share >= 0.8 ? "yellow" : "green")} {line.Share,6:P0}  "
                + Markup.Escape($"{line.Path}  {ReportTables.Short(line.Spent)} of {line.Limit} {line.Unit} a {line.Period.ToString().ToLowerInvariant()}")));
        }

        return new Rows(rows);
    }

    private static string Bar(double share, string colour)
    {
        const int Width = 24;
        var full = (int)Math.Round(Math.Clamp(share, 0, 1) * Width);
        return $"[{colour}]{new string('█', full)}[/][grey]{new string('░', Width - full)}[/]";
    }
}
