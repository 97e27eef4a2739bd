using System.Text.Json;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Callers over HTTP and over the client library that ask, act and settle for as long as they are let, on many agents and
/// budgets; who send again with the same id, through another silo, what was not answered; and operators who take
/// authority away and give it anew meanwhile. All of it is in the <see cref="History"/>.
/// </summary>
public sealed class GovernedLoad : IAsyncDisposable
{
    private const int AttemptsMax = 1_000;
    private const int AttemptsBeforeGivingUp = 3;

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    private readonly ClusterOfSilos _cluster;
    private readonly LoadOptions _options;
    private readonly HttpDoor _http;
    private readonly AuthorityLoad _authority;
    private readonly ServiceProvider _library;
    private readonly IGenOpsClient _client;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _callers;

    private GovernedLoad(ClusterOfSilos cluster, Organisation organisation, History history, string key, LoadOptions options)
    {
        (_cluster, _options, Organisation, History) = (cluster, options, organisation, history);
        _http = new HttpDoor(cluster, organisation, history, key, options);
        _authority = new AuthorityLoad(new HttpDoor(cluster, organisation, history, cluster.AdminKey, options), organisation, options);
        _library = cluster.ConnectClient(organisation.Tenant.Value, key, client =>
        {
            client.Ttl = TimeSpan.FromSeconds(options.TtlSeconds);
            client.GiveUpAfter = options.GiveUpAfter;
        });
        _client = _library.GetRequiredService<IGenOpsClient>();
        _callers =
        [
            .. Enumerable.Range(0, options.HttpCallers).Select(number => Begin(number, AskOverHttpAsync)),
            .. Enumerable.Range(0, options.LibraryCallers).Select(number => Begin(500 + number, AskOverLibraryAsync)),
            .. options.AuthorityInterval is { } interval ? [Begin(900, random => _authority.ChangeAsync(random, interval, _ending.Token))] : Array.Empty<Task>(),
        ];
    }

    /// <summary>What the callers did and were told.</summary>
    public History History { get; }

    /// <summary>Who is under load.</summary>
    public Organisation Organisation { get; }

    /// <summary>Begins a load on an organisation that is prepared.</summary>
    public static async Task<GovernedLoad> BeginAsync(
        ClusterOfSilos cluster, Organisation organisation, History history, LoadOptions? options = null, CancellationToken cancellationToken = default) =>
        new(cluster, organisation, history, await cluster.ServiceKeyAsync(organisation.Tenant.Value, cancellationToken), options ?? new LoadOptions());

    /// <summary>Waits until so many more calls were acknowledged.</summary>
    /// <exception cref="HarnessException">They were not within <paramref name="limit"/>.</exception>
    public Task ProgressAsync(int more, TimeSpan limit, CancellationToken cancellationToken)
    {
        var goal = History.Acknowledged + more;
        return Poll.UntilAsync(
            () => History.Acknowledged >= goal, limit,
            () => $"{History.Acknowledged} of {goal} calls were acknowledged{Environment.NewLine}{_cluster.Output}", cancellationToken);
    }

    /// <summary>
    /// Calls on every agent, with a new workload each 50 ms or as soon as the last one failed, through the silos that run in turn,
    /// until each agent was decided for.
    /// </summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>When the last agent's first decision came, in <see cref="History.Now"/>.</returns>
    /// <exception cref="HarnessException">Some agent was not decided for within <paramref name="limit"/>.</exception>
    public async Task<TimeSpan> AllAnswerAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        var answered = await Task.WhenAll(Organisation.Agents.Select((agent, number) => AnswersAsync(agent, number, limit, cancellationToken, timer.Token)));
        return answered.Max();
    }

    /// <summary>One call on every agent through one silo, whatever its state.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="limit">How long each call waits for its answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How the calls ended.</returns>
    public async Task<IReadOnlyList<Call>> AskAllAsync(SiloProcess silo, TimeSpan limit, CancellationToken cancellationToken) =>
        await Task.WhenAll(Organisation.Agents.Select((agent, number) =>
        {
            var workload = Governed.New(agent, new Random(number), _options.TtlSeconds);
            return _http.AttemptAsync(Template(CallKind.Authorize, workload), HttpMethod.Post, "workloads", Body(workload.Request), silo, limit, cancellationToken);
        }));

    /// <summary>Ends the load; calls under way are cut off.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_callers);
        await Task.WhenAll(_http.EndAsync(), _authority.EndAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _library.DisposeAsync();
        _ending.Dispose();
    }

    private static string Body<T>(T content) => JsonSerializer.Serialize(content, GenOpsJson.Canonical);

    private Call Template(CallKind kind, Governed workload, IReadOnlyDictionary<string, decimal>? actual = null) => new(
        kind, Organisation.Tenant.Value, workload.Agent.Id.Value, workload.Id, Call.Library, default, default, CallEnd.Unanswered, Actual: actual);

    private Task Begin(int number, Func<Random, Task> call) => Task.Run(async () =>
    {
        var random = new Random(unchecked(_options.Seed * 1_000 + number));
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                await call(random);
                if (_options.Pause > TimeSpan.Zero)
                    await Task.Delay(_options.Pause, TimeProvider.System, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return; // cut off in the middle of a call
        }
        catch (Exception error)
        {
            History.Fault($"a caller ended: {error}");
        }
    });

    private async Task<TimeSpan> AnswersAsync(LoadedAgent agent, int number, TimeSpan limit, CancellationToken cancellationToken, CancellationToken ending)
    {
        var random = new Random(number);
        using var timer = new PeriodicTimer(ProbeInterval);
        try
        {
            for (var turn = number; ; turn++)
            {
                var running = _cluster.Silos.Where(silo => silo.IsRunning && !silo.IsFrozen).ToArray();
                if (running.Length > 0)
                {
                    var workload = Governed.New(agent, random, _options.TtlSeconds);
                    var call = await _http.AttemptAsync(
                        Template(CallKind.Authorize, workload), HttpMethod.Post, "workloads", Body(workload.Request), running[turn % running.Length],
                        ProbeTimeout, ending);
                    if (call.IsAcknowledged)
                        return call.Ended;
                }

                await timer.WaitForNextTickAsync(ending);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HarnessException($"no decision for {agent.Id} within {limit.TotalSeconds:0.#} s{Environment.NewLine}{_cluster.Output}");
        }
    }

    private async Task AskOverHttpAsync(Random random)
    {
        var workload = Governed.New(Organisation, random, _options.TtlSeconds);
        var (isTwice, givesUp, asksAgain, ending) = (random.Next(12) == 0, random.Next(20) == 0, random.Next(12) == 0, random.Next(10));
        var (template, body, attempts) = (Template(CallKind.Authorize, workload), Body(workload.Request), givesUp ? AttemptsBeforeGivingUp : AttemptsMax);
        var asked = AuthorizeAsync(template, body, attempts);
        var answers = isTwice ? await Task.WhenAll(asked, AuthorizeAsync(template, body, attempts)) : [await asked];
        if (asksAgain && answers[0].IsAcknowledged)
            answers = [.. answers, await AuthorizeAsync(template, body, attempts)];

        var told = answers.Where(call => call.IsAcknowledged).Select(call => call.Answer).Distinct().ToArray();
        if (told.Length > 1)
            History.Fault($"{workload.Id}: told {string.Join(" and ", told)}");
        if (told.Length == 0)
        {
            // Given up, or its authority is gone: whatever may be held is given back.
            await _http.SendAsync(Template(CallKind.Release, workload), HttpMethod.Post, $"workloads/{workload.Id}/release", """{ "reason": "given up" }""", AttemptsMax, _ending.Token);
            return;
        }

        if (!answers.Any(call => call.IsAllowed) || ending == 9)
            return; // refused, or left to expire

        if (ending >= 7)
            await _http.SendAsync(Template(CallKind.Release, workload), HttpMethod.Post, $"workloads/{workload.Id}/release", """{ "reason": "not needed" }""", AttemptsMax, _ending.Token);
        else
            await _http.SendAsync(Template(CallKind.Reconcile, workload, workload.Figures), HttpMethod.Post, $"workloads/{workload.Id}/reconcile", Body(workload.Report), AttemptsMax, _ending.Token);
    }

    private Task<Call> AuthorizeAsync(Call template, string body, int attemptsMax) =>
        _http.SendAsync(template, HttpMethod.Post, "workloads", body, attemptsMax, _ending.Token);

    private async Task AskOverLibraryAsync(Random random)
    {
        var workload = Governed.New(Organisation, random, _options.TtlSeconds);
        var ending = random.Next(10);
        GovernedWorkload? handle = null;
        var asked = await NotedAsync(Template(CallKind.Authorize, workload), async () =>
        {
            handle = await _client.AuthorizeAsync(workload.Request, cancellationToken: _ending.Token);
            return Body(handle.Decision);
        });
        await using var held = handle;
        if (!asked.IsAllowed || ending == 9)
            return;

        if (ending >= 7)
            await NotedAsync(Template(CallKind.Release, workload), async () => Body(await held!.ReleaseAsync("not needed", _ending.Token)));
        else
            await NotedAsync(Template(CallKind.Reconcile, workload, workload.Figures), async () => Body(await held!.ReconcileAsync(workload.Report, _ending.Token)));
    }

    private async Task<Call> NotedAsync(Call template, Func<Task<string>> send)
    {
        var began = History.Now;
        CallEnd end;
        string? answer = null;
        string? error = null;
        try
        {
            answer = CanonicalText.Of(await send());
            end = CallEnd.Answered;
        }
        catch (GenOpsException refused)
        {
            (end, error) = (CallEnd.Refused, $"{refused.Status} {refused.Code}");
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            (end, error) = (CallEnd.Broken, "cut off");
        }

        var call = template with { Began = began, Ended = History.Now, End = end, Answer = answer, Error = error };
        History.Add(call);
        return call;
    }
}
