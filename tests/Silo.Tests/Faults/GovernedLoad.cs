using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Silo.Tests.Http;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>
/// Callers over HTTP and over the client library that ask, act and settle for as long as they are let, send again with
/// the same id what was not answered, sometimes give up, and write down every answer.
/// </summary>
public sealed class GovernedLoad : IAsyncDisposable
{
    private const int TtlSeconds = 3;
    private const int AttemptsMax = 200;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly NodeProcess _node;
    private readonly string _key;
    private readonly LibraryClient _library;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _callers;

    /// <summary>Begins the load.</summary>
    /// <param name="node">The node, which is ready.</param>
    /// <param name="key">A service's key.</param>
    /// <param name="seed">What the callers do depends on it, though not in which order.</param>
    /// <param name="callersPerDoor">How many callers use HTTP, and as many the library.</param>
    public GovernedLoad(NodeProcess node, string key, int seed, int callersPerDoor)
    {
        _node = node;
        _key = key;
        _library = new LibraryClient(node, LoadedNode.Tenant, key, options =>
        {
            options.Ttl = TimeSpan.FromSeconds(TtlSeconds);
            options.GiveUpAfter = TimeSpan.FromSeconds(20);
        });
        _http = new HttpClient { BaseAddress = node.Url, Timeout = AttemptTimeout };
        _callers = [.. Enumerable.Range(0, callersPerDoor).SelectMany(number => new[]
        {
            Task.Run(() => RunAsync(new Random(unchecked(seed * 1_000 + number)), AskOverHttpAsync)),
            Task.Run(() => RunAsync(new Random(unchecked(seed * 1_000 + 500 + number)), AskOverLibraryAsync)),
        })];
    }

    /// <summary>What the callers were told.</summary>
    public Acknowledgements Told { get; } = new();

    /// <summary>Waits until so many more decisions were told over each door.</summary>
    public Task ProgressAsync(int more, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (http, library) = (Told.OverHttp + more, Told.OverLibrary + more);
        return Until.TrueAsync(
            () => Told.OverHttp >= http && Told.OverLibrary >= library,
            limit,
            () => $"{Told.OverHttp} of {http} decisions over HTTP, {Told.OverLibrary} of {library} over the library; the node wrote:{Environment.NewLine}{_node.Output}",
            cancellationToken);
    }

    /// <summary>Asks again, as another caller would, for what was told: it must be the same to the byte.</summary>
    public async Task AskAgainAsync(IEnumerable<AcknowledgedDecision> decisions, CancellationToken cancellationToken)
    {
        foreach (var told in decisions)
        {
            var again = await PostAsync("workloads", Body(told.Request), cancellationToken);
            Assert.True(again.Status == 200, $"{told.Request.Id}: told {told.Answer}, now {again.Status} {again.Text}");
            Assert.Equal(told.Answer, CanonicalText.Of(again.Text));
            if (told.Body is { } body)
                Assert.Equal(body, again.Text);
        }
    }

    /// <summary>Ends the load; calls under way are cut off.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_callers);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        await _library.DisposeAsync();
        _ending.Dispose();
    }

    private static string Body(WorkloadRequest request) => JsonSerializer.Serialize(request, GenOpsJson.Canonical);

    private static WorkloadRequest Request(Random random)
    {
        var (agent, roots) = LoadedNode.Budgets.ElementAt(random.Next(LoadedNode.Budgets.Count));
        return new WorkloadRequest(
            AgentId.Parse(agent), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"),
            WorkloadId.New(TimeProvider.System.GetUtcNow()), TtlSeconds: TtlSeconds,
            Estimate: new Estimate(Amounts: [.. roots.Select(root => Amount(root, random))]));
    }

    private static Amount Amount(string root, Random random) => root.EndsWith("usd", StringComparison.Ordinal)
        ? new Amount(Quantity.Parse((random.Next(10, 150) / 100m).ToString(CultureInfo.InvariantCulture)), Unit.Usd)
        : new Amount(Quantity.FromUnits(random.Next(10, 200)), Unit.Tokens);

    /// <summary>What the action consumed: mostly less than was held, sometimes more.</summary>
    private static ImmutableArray<Amount> Actual(WorkloadRequest request, Random random) =>
        [.. LoadedNode.Budgets[request.Agent.Value].Select(root => Amount(root, random))];

    private static AcknowledgedSettlement Reconciled(WorkloadRequest request, ImmutableArray<Amount> actual) => new(
        request.Id!.Value,
        LoadedNode.Budgets[request.Agent.Value].Zip(actual).ToDictionary(
            pair => pair.First, pair => decimal.Parse(pair.Second.Quantity.ToString(), CultureInfo.InvariantCulture)));

    private async Task RunAsync(Random random, Func<Random, Task> call)
    {
        try
        {
            while (!_ending.IsCancellationRequested)
                await call(random);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return; // cut off in the middle of a call: nothing was told
        }
        catch (Exception error)
        {
            Told.Faults.Enqueue(error.ToString());
        }
    }

    private async Task AskOverHttpAsync(Random random)
    {
        var request = Request(random);
        var actual = Actual(request, random);
        var (isTwice, givesUp, ending) = (random.Next(8) == 0, random.Next(4) == 0, random.Next(10));
        var body = Body(request);
        var asked = SendUntilAnsweredAsync("workloads", body, givesUp ? 1 : AttemptsMax);
        var twin = isTwice ? SendUntilAnsweredAsync("workloads", body, givesUp ? 1 : AttemptsMax) : asked;
        var answers = await Task.WhenAll(asked, twin);
        foreach (var told in answers.OfType<Answer>())
            Told.Add(new AcknowledgedDecision(request, CanonicalText.Of(told.Text), told.Text));
        if (answers is [{ } first, { } second] && first.Text != second.Text)
            Told.Faults.Enqueue($"{request.Id}: asked twice at once, told {first.Text} and {second.Text}");
        if (answers[0] is not { } answer || answer["result"] != "ALLOWED" || ending >= 9)
            return; // refused, given up, or left to expire

        if (ending >= 7)
        {
            if (await SendUntilAnsweredAsync($"workloads/{request.Id}/release", """{ "reason": "not needed" }""", AttemptsMax) is not null)
                Told.Settlements.Enqueue(new AcknowledgedSettlement(request.Id!.Value, null));
            return;
        }

        var report = JsonSerializer.Serialize(new Reconciliation(Actual: actual), GenOpsJson.Canonical);
        Told.Reported.Enqueue(request.Id!.Value);
        if (await SendUntilAnsweredAsync($"workloads/{request.Id}/reconcile", report, AttemptsMax) is not null)
            Told.Settlements.Enqueue(Reconciled(request, actual));
    }

    private async Task AskOverLibraryAsync(Random random)
    {
        var request = Request(random);
        var actual = Actual(request, random);
        var ending = random.Next(10);
        try
        {
            await using var workload = await _library.Client.AuthorizeAsync(request, cancellationToken: _ending.Token);
            Told.Add(new AcknowledgedDecision(
                request, CanonicalText.Of(JsonSerializer.Serialize(workload.Decision, GenOpsJson.Canonical)), null));
            if (!workload.IsAllowed || ending >= 9)
                return;

            if (ending >= 7)
            {
                await workload.ReleaseAsync("not needed", _ending.Token);
                Told.Settlements.Enqueue(new AcknowledgedSettlement(workload.Id, null));
                return;
            }

            Told.Reported.Enqueue(workload.Id);
            await workload.ReconcileAsync(new Reconciliation(Actual: actual), _ending.Token);
            Told.Settlements.Enqueue(Reconciled(request, actual));
        }
        catch (GovernanceUnavailableException)
        {
            return; // nothing was told
        }
    }

    /// <summary>The answer with status 200; null if the caller gave up.</summary>
    private async Task<Answer?> SendUntilAnsweredAsync(string path, string body, int attemptsMax)
    {
        using var timer = new PeriodicTimer(RetryInterval);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await PostAsync(path, body, _ending.Token);
                if (answer.Status == 200)
                    return answer;
                if (answer.Status != 503)
                {
                    Told.Faults.Enqueue($"{path} {body}: {answer.Status} {answer.Text}");
                    return null;
                }
            }
            catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !_ending.IsCancellationRequested)
            {
                if (attempt >= attemptsMax)
                    return null; // no answer, and nobody asks again: the node may know of it, or not
            }

            if (attempt >= attemptsMax)
                return null;
            await timer.WaitForNextTickAsync(_ending.Token);
        }
    }

    private async Task<Answer> PostAsync(string path, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/tenants/{LoadedNode.Tenant}/{path}");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_key}");
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await _http.SendAsync(request, cancellationToken));
    }
}
