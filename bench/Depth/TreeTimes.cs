using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Trees;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Depth;

/// <summary>Times the trees alone.</summary>
internal static class TreeTimes
{
    private const int Rounds = 15;
    private const int WarmUpRounds = 5;
    private const int Pairs = 10_000;

    /// <summary>Measures, in turn.</summary>
    public static TreeFigures Measure(CancellationToken cancellationToken)
    {
        var flat = new Timed(DepthTrees.Flat, ScopePath.Root);
        var deep = new Timed(DepthTrees.Deep, DepthTrees.Deepest);
        List<double> ofFlat = [], ofDeep = [];
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (one, other) = (flat.PairNs(), deep.PairNs());
            if (round < 0)
                continue;
            ofFlat.Add(one);
            ofDeep.Add(other);
        }

        return new TreeFigures(
            Rounds, Pairs, Spread.Of(ofFlat), Spread.Of(ofDeep), Spread.Of(ofDeep.Zip(ofFlat, (one, other) => one / other)));
    }

    private sealed class Timed
    {
        private readonly BudgetTree _tree = new(BudgetRoot.Parse("timed"));
        private readonly TreeCommands _commands;
        private DateTimeOffset _now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

        public Timed(BudgetDefinition definition, ScopePath scope)
        {
            _commands = new TreeCommands(scope);
            _tree.Take(_tree.Define(definition, Principal.ControlPlane)!, _now);
        }

        public double PairNs()
        {
            var ids = Enumerable.Range(0, Pairs).Select(_ => WorkloadId.New(_now)).ToList();
            var reserving = ids.ConvertAll(id => _commands.Reserve(id, "customer-17"));
            var settling = ids.ConvertAll(_commands.Settle);
            GC.Collect();
            var started = Stopwatch.GetTimestamp();
            for (var pair = 0; pair < Pairs; pair++)
            {
                _now = _now.AddMilliseconds(1);
                _tree.Admit(reserving[pair], _now);
                _tree.Reconcile(settling[pair], _now);
            }

            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Pairs;
        }
    }
}
