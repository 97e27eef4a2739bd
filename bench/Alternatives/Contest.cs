using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>All alternatives in all cells, interleaved: in each round every one of them, in an order of its own.</summary>
/// <param name="Plan">How long and how often.</param>
/// <param name="Rounds">What was achieved, in the order in which it was measured.</param>
internal sealed record Contest(ContestPlan Plan, IReadOnlyList<ContestRound> Rounds)
{
    /// <summary>Measures.</summary>
    /// <exception cref="Node.BenchException">An answer is not what it must be.</exception>
    public static async Task<Contest> RunAsync(IReadOnlyList<IAlternative> alternatives, ContestPlan plan, TextWriter progress, CancellationToken cancellationToken)
    {
        var callersMax = plan.Callers.Max();
        var reservers = new Dictionary<IAlternative, IReserver[]>();
        try
        {
            foreach (var alternative in alternatives)
            {
                await progress.WriteLineAsync($"Checking what it promises: {alternative.Name}");
                await PromiseCheck.RunAsync(alternative, cancellationToken);
            }

            foreach (var alternative in alternatives)
            {
                await progress.WriteLineAsync($"Warming up for {plan.WarmUp.TotalSeconds:0} s: {alternative.Name}");
                var own = new IReserver[callersMax];
                for (var caller = 0; caller < callersMax; caller++)
                    own[caller] = await alternative.OpenAsync(caller, cancellationToken);
                reservers.Add(alternative, own);
                await CellLoad.RunAsync(own, ContestPlan.CallersMany, ContestPlan.BudgetsMany, TimeSpan.Zero, plan.WarmUp, cancellationToken);
            }

            List<ContestRound> rounds = [];
            for (var round = 0; round < plan.Rounds; round++)
            {
                foreach (var (callers, budgets) in CellsOf(plan))
                {
                    await progress.WriteLineAsync($"Round {round + 1} of {plan.Rounds}: {callers} callers, {budgets} budgets");
                    // Another order in each cell, and the same ones in every run: nobody always follows the same one.
                    var order = alternatives.ToArray();
                    new Random(rounds.Count).Shuffle(order);
                    foreach (var alternative in order)
                        rounds.Add(new(alternative.Name, callers, budgets, await CellLoad.RunAsync(reservers[alternative], callers, budgets, plan.Ramp, plan.Cell, cancellationToken)));
                }
            }

            return new Contest(plan, rounds);
        }
        finally
        {
            foreach (var reserver in reservers.Values.SelectMany(own => own))
                await reserver.DisposeAsync();
        }
    }

    /// <summary>The figures, cell by cell, in each all of <paramref name="alternatives"/>.</summary>
    public IReadOnlyList<CellFigures> Cells(IReadOnlyList<IAlternative> alternatives) =>
    [
        .. from cell in CellsOf(Plan) from alternative in alternatives
           select CellFigures.Of(alternative.Name, cell.Callers, cell.Budgets, Loads(alternative, cell.Callers, cell.Budgets)),
    ];

    /// <summary>One alternative's figure by another's in the same cell, round by round.</summary>
    public Spread Ratio(IAlternative one, IAlternative other, int callers, int budgets, Func<CellLoad, double> figure) =>
        Spread.Of(Loads(one, callers, budgets).Zip(Loads(other, callers, budgets), (own, others) => figure(own) / figure(others)));

    private static IEnumerable<(int Callers, int Budgets)> CellsOf(ContestPlan plan) =>
        plan.Callers.SelectMany(callers => ContestPlan.Budgets.Select(budgets => (callers, budgets)));

    private CellLoad[] Loads(IAlternative alternative, int callers, int budgets) =>
        [.. Rounds.Where(round => round.Alternative == alternative.Name && round.Callers == callers && round.Budgets == budgets).Select(round => round.Load)];
}
