using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A due list, and the budgets that it asks: each question stays open until the test answers it.</summary>
internal sealed class AskedBudgets
{
    private readonly List<(string Key, TaskCompletionSource<DateTimeOffset?> Answer)> _open = [];

    public AskedBudgets(int atOnceMax, params string[] streams)
    {
        // With one, what follows an answer would run elsewhere and at any time.
        SynchronizationContext.SetSynchronizationContext(null);
        var reader = Scripted.Of<ILedgerReader>((method, args) => method == nameof(ILedgerReader.ReadChangesAsync)
            ? Task.FromResult(new AuthorityChanges(Incarnation, new Epoch(1), []))
            : Task.FromResult(ListBroken
            ? throw new LedgerStoreException("the connection broke", nothingWritten: true)
            : streams.Order(StringComparer.Ordinal).Where(name => string.CompareOrdinal(name, (string?)args[1] ?? "") > 0).Take((int)args[2]!)
                .Select(name => new StreamId(name)).ToImmutableArray()));
        var grains = Scripted.Of<IGrainFactory>((_, args) => Scripted.Of<IBudgetGrain>((_, _) => Ask((string)args[0]!)));
        Watch = new AuthorityWatch(reader, Clock, Options.Create(new AuthorityWatchOptions()), NullLogger<AuthorityWatch>.Instance);
        List = new DueList(
            reader, grains, Watch, Clock, Options.Create(new BudgetGrainOptions { DueAtOnceMax = atOnceMax, LostSiloPause = TimeSpan.FromSeconds(10) }),
            NullLogger<DueList>.Instance,
            Scripted.Of<ISiloStatusOracle>((method, _) => method == "get_SiloAddress" ? Own : Silos.Append(Own).ToDictionary(silo => silo, _ => SiloStatus.Active)));
    }

    /// <summary>The silo whose list it is.</summary>
    public SiloAddress Own { get; } = Silo(2);

    /// <summary>The other active silos.</summary>
    public List<SiloAddress> Silos { get; } = [];

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    public DueList List { get; }

    public AuthorityWatch Watch { get; }

    /// <summary>Which ledger it is.</summary>
    public Guid Incarnation { get; set; } = new("0199a5f0-7c3b-7d21-9d3e-000000000001");

    /// <summary>Whether it can't be read which budgets there are.</summary>
    public bool ListBroken { get; set; }

    /// <summary>Who is being asked, in the order of asking.</summary>
    public IEnumerable<string> Open => _open.Select(asked => asked.Key);

    /// <summary>A silo; a lower number comes before a higher one.</summary>
    public static SiloAddress Silo(int number) => SiloAddress.New(System.Net.IPAddress.Loopback, 11_110 + number, 1);

    public DateTimeOffset In(int seconds) => Clock.GetUtcNow().AddSeconds(seconds);

    /// <summary>The next look at the list, some seconds later.</summary>
    public Task ScanAfter(int seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        return List.ScanAsync();
    }

    public void Answer(string key, DateTimeOffset? next) => Take(key).SetResult(next);

    public void Fail(string key) => Take(key).SetException(new TimeoutException("no answer in time"));

    private Task<DateTimeOffset?> Ask(string key)
    {
        var answer = new TaskCompletionSource<DateTimeOffset?>();
        _open.Add((key, answer));
        return answer.Task;
    }

    private TaskCompletionSource<DateTimeOffset?> Take(string key)
    {
        var index = _open.FindIndex(asked => asked.Key == key);
        var answer = _open[index].Answer;
        _open.RemoveAt(index);
        return answer;
    }
}
