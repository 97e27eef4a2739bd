using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>Actors, some of them twice, append through a writer to a store that fails at random, and the process crashes at random.</summary>
public sealed class LedgerProperties
{
    private const int Runs = 2_000;
    private const int StepsPerRun = 150;

    [Fact]
    public async Task AcknowledgedEntriesAreThereOnceAndInOrderAndWhatFailedForSureIsNot()
    {
        var acknowledged = 0;
        var failedForSure = 0;
        var unknown = 0;
        for (var seed = 0; seed < Runs; seed++)
        {
            var run = new Run(seed);
            try
            {
                await run.CheckAsync();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }

            acknowledged += run.Acknowledged;
            failedForSure += run.FailedForSure;
            unknown += run.Unknown;
        }

        // It would prove nothing if hardly anything came through, or hardly anything failed.
        Assert.True(acknowledged > 20 * Runs, $"{acknowledged} acknowledged");
        Assert.True(failedForSure > Runs, $"{failedForSure} failed for sure");
        Assert.True(unknown > Runs, $"{unknown} unknown");
    }

    [Fact]
    public async Task TheSameSeedGivesTheSameHistory()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (first, second) = (new Run(seed), new Run(seed));
            await first.CheckAsync();
            await second.CheckAsync();
            Assert.Equal(first.History, second.History);
        }
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly LedgerOptions _options;
        private readonly double _faultRate;
        private readonly int _seed;
        private readonly SimulatedDisk _disk = new();
        private readonly List<Actor> _actors = [];
        private readonly List<Promise> _promises = [];
        private readonly List<WriterUnderTest> _past = [];
        private WriterUnderTest _ledger;
        private int _written;

        public Run(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _options = new LedgerOptions
            {
                EntriesPerBatchMax = _random.Next(1, 9),
                EntriesQueuedMax = _random.Next(5, 40),
                CommitsAtOnceMax = _random.Next(1, 3),
                CommitAttemptsMax = _random.Next(1, 5),
                AuthorityGoesApart = seed % 2 == 0,
                GatherMax = TimeSpan.FromMilliseconds(seed % 3),
            };
            _options.EntriesQueuedPerTenantMax = _options.EntriesQueuedMax;
            _faultRate = _random.NextDouble() * 0.6;
            _ledger = new WriterUnderTest(_options, seed, _faultRate, _disk);

            // The same name twice is a second activation of the same actor.
            string[] names = ["a/acme/bot", "b/acme/usd", "b/acme/usd", "b/globex/usd", "t/acme"];
            foreach (var name in names[.._random.Next(2, names.Length + 1)])
                _actors.Add(new Actor(new TestStream(name)));
        }

        public int Acknowledged => _promises.Count(promise => promise.Task.IsCompletedSuccessfully);

        public int FailedForSure => _promises.Count(promise => promise.IsSurelyAbsent);

        public int Unknown => _promises.Count(promise => promise.Task.Exception?.InnerException is LedgerUnknownException);

        public string History => string.Join(' ', _disk.Entries.Select(entry => entry.Hash)) + string.Join(' ', _promises.Select(promise => promise.Task.Status));

        public async Task CheckAsync()
        {
            for (var step = 0; step < StepsPerRun; step++)
                Step();

            _ledger.Store.FaultRate = 0;
            _ledger.Finish(_promises.Where(promise => !promise.IsLostInACrash).Select(promise => promise.Task));
            foreach (var ledger in _past.Append(_ledger))
            {
                while (ledger.Store.Step())
                {
                    // What arrives late, arrives now.
                }
            }

            var entries = _disk.Entries;
            var hashes = entries.Select(entry => entry.Hash).ToHashSet();
            Assert.Equal(entries.Length, hashes.Count);
            foreach (var promise in _promises)
            {
                if (promise.Task.IsCompletedSuccessfully)
                {
                    foreach (var part in promise.Appends)
                        Assert.Equal(part.Entries.Select(entry => entry.Hash), _disk.Read(part.Stream).Skip((int)part.Base.Seq).Take(part.Entries.Length).Select(entry => entry.Hash));
                }
                else if (promise.IsSurelyAbsent)
                {
                    Assert.DoesNotContain(promise.Appends.SelectMany(part => part.Entries), entry => hashes.Contains(entry.Hash));
                }
                else
                {
                    // Nobody knows, but it is all or nothing.
                    Assert.Single(promise.Appends.SelectMany(part => part.Entries).Select(entry => hashes.Contains(entry.Hash)).Distinct());
                }
            }

            var decisions = entries.Where(entry => entry.Workload is not null && entry.Slot == LedgerSlot.Decision);
            Assert.All(decisions.GroupBy(entry => (entry.Stream.Tenant, entry.Workload)), group => Assert.Single(group));

            var verification = await new LedgerVerifier(new SimulatedLedgerStore(_disk, 0)).VerifyAsync();
            Assert.Null(verification.FirstBroken);
            Assert.Equal(entries.Length, verification.Entries);
        }

        private void Step()
        {
            switch (_random.Next(100))
            {
                case < 40:
                    Append();
                    break;
                case < 85:
                    _ledger.Store.Step();
                    break;
                case < 98:
                    _ledger.Clock.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 1_500)));
                    break;
                default:
                    if (_random.Next(3) == 0)
                        Crash();

                    break;
            }

            // An actor that hears of a failure forgets everything and reads the ledger.
            foreach (var promise in _promises.Where(promise => promise is { IsNoticed: false, Task.IsFaulted: true }).ToList())
            {
                promise.IsNoticed = true;
                foreach (var actor in promise.Actors)
                    Reload(actor);
            }
        }

        private void Append()
        {
            var actor = _actors[_random.Next(_actors.Count)];
            var other = _actors[_random.Next(_actors.Count)];
            var nonce = $"{++_written}";
            List<Actor> actors = [actor];
            List<StreamAppend> appends =
            [
                _random.Next(4) == 0
                    ? actor.Stream.Next(TestStream.Workload(_random.Next(20)), LedgerSlot.Decision, data: nonce)
                    : actor.Stream.Next(_random.Next(1, 4), nonce, changesAuthority: _random.Next(10) == 0),
            ];
            if (_random.Next(6) == 0 && other.Stream.Id != actor.Stream.Id)
            {
                actors.Add(other);
                appends.Add(other.Stream.Next(data: nonce));
            }

            try
            {
                _promises.Add(new Promise(appends, actors, _ledger.Append([.. appends])));
            }
            catch (UnavailableException)
            {
                actors.ForEach(Reload);
            }
        }

        private void Crash()
        {
            _ledger.Store.Crash();
            foreach (var promise in _promises.Where(promise => !promise.Task.IsCompleted))
                promise.IsLostInACrash = true;

            foreach (var promise in _promises)
                promise.IsNoticed = true;

            _past.Add(_ledger);
            _ledger = new WriterUnderTest(_options, _seed + (1_000_003 * _past.Count), _faultRate, _disk);
            _actors.ForEach(Reload);
        }

        private void Reload(Actor actor) => actor.Stream = new TestStream(actor.Stream.Id.Value, _disk.HeadOf(actor.Stream.Id));
    }

    private sealed class Actor(TestStream stream)
    {
        public TestStream Stream { get; set; } = stream;
    }

    private sealed class Promise(IReadOnlyList<StreamAppend> appends, IReadOnlyList<Actor> actors, Task<Epoch> task)
    {
        public IReadOnlyList<StreamAppend> Appends { get; } = appends;

        public IReadOnlyList<Actor> Actors { get; } = actors;

        public Task<Epoch> Task { get; } = task;

        public bool IsNoticed { get; set; }

        /// <summary>Nobody was there any more to hear the answer.</summary>
        public bool IsLostInACrash { get; set; }

        public bool IsSurelyAbsent => Task.Exception?.InnerException is LedgerFencedException or DecisionExistsException;
    }
}
