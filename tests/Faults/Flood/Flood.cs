using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>Many callers over HTTP, who heed <c>Retry-After</c> and nothing else.</summary>
internal sealed class Flood : IDisposable
{
    private const int TtlSeconds = 5;

    /// <summary>How long an attempt waits for its answer.</summary>
    public static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(20);

    private readonly FloodOptions _options;
    private readonly Organisation _organisation;
    private readonly HttpClient[] _silos;
    private readonly History _history;
    private readonly ConcurrentDictionary<string, int> _otherwise = [];
    private int _turn;
    private int _overloaded;

    public Flood(FloodOptions options)
    {
        (_options, _organisation, _history) = (options, new Organisation(options.Tenant), new History(options.Started));
        _silos = [.. options.Urls.Select(url => new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan })];
        foreach (var silo in _silos)
            silo.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
    }

    /// <summary>Does all steps.</summary>
    public async Task<FloodResult> RunAsync()
    {
        var steps = new List<FloodStep>();
        foreach (var callers in _options.Steps)
        {
            var (acknowledged, started) = (_history.Acknowledged, Stopwatch.GetTimestamp());
            _overloaded = 0;
            _otherwise.Clear();
            using var ending = new CancellationTokenSource(_options.Step);
            await Task.WhenAll(Enumerable.Range(0, callers).Select(number => Task.Run(() => CallAsync(number, ending.Token))));
            steps.Add(new FloodStep(
                callers, _history.Acknowledged - acknowledged, _overloaded, new Dictionary<string, int>(_otherwise), Stopwatch.GetElapsedTime(started).TotalSeconds));
        }

        return new FloodResult(steps, [.. _history.Calls]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var silo in _silos)
            silo.Dispose();
    }

    private static string Body<T>(T content) => JsonSerializer.Serialize(content, GenOpsJson.Canonical);

    private async Task CallAsync(int number, CancellationToken ending)
    {
        var random = new Random(unchecked(_options.Steps.Count * 100_000 + number));
        while (!ending.IsCancellationRequested)
        {
            var workload = Governed.New(_organisation, random, TtlSeconds);
            if (await SendAsync(CallKind.Authorize, workload, "workloads", Body(workload.Request), null, ending) is { IsAllowed: true })
                await SendAsync(CallKind.Reconcile, workload, $"workloads/{workload.Id}/reconcile", Body(workload.Report), workload.Figures, ending);
        }
    }

    /// <summary>Sends until it is not refused with 503; an attempt that is under way at the end is waited for.</summary>
    private async Task<Call?> SendAsync(
        CallKind kind, Governed workload, string path, string body, IReadOnlyDictionary<string, decimal>? actual, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            var silo = (int)((uint)Interlocked.Increment(ref _turn) % _silos.Length);
            var call = new Call(
                kind, _options.Tenant, workload.Agent.Id.Value, workload.Id, $"flood at {_options.Urls[silo].Port}", _history.Now, default, CallEnd.Broken, Actual: actual);
            using var limit = new CancellationTokenSource(AttemptMax);
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await _silos[silo].PostAsync($"{_organisation.Path}/{path}", content, limit.Token);
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    await RefusedAsync(answer, limit.Token, ending);
                    continue;
                }

                var text = await answer.Content.ReadAsStringAsync(limit.Token);
                call = answer.StatusCode == HttpStatusCode.OK
                    ? call with { Ended = _history.Now, End = CallEnd.Answered, Answer = CanonicalText.Of(text) }
                    : call with { Ended = _history.Now, End = CallEnd.Refused, Error = $"{(int)answer.StatusCode} {text}" };
            }
            catch (HttpRequestException error)
            {
                call = call with { Ended = _history.Now, Error = error.Message };
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                call = call with { Ended = _history.Now, End = CallEnd.Unanswered, Error = $"no answer within {AttemptMax.TotalSeconds:0} s" };
            }

            _history.Add(call);
            if (!call.IsAcknowledged)
                _otherwise.AddOrUpdate(call.Error!, 1, (_, count) => count + 1);
            return call;
        }

        return null;
    }

    private async Task RefusedAsync(HttpResponseMessage answer, CancellationToken limit, CancellationToken ending)
    {
        var text = await answer.Content.ReadAsStringAsync(limit);
        if (answer.Headers.RetryAfter?.Delta is not { } pause || !text.Contains("\"overloaded\"", StringComparison.Ordinal))
        {
            _otherwise.AddOrUpdate($"503 {text}", 1, (_, count) => count + 1);
            pause = TimeSpan.FromSeconds(1);
        }
        else
        {
            Interlocked.Increment(ref _overloaded);
        }

        try
        {
            await Task.Delay(pause, TimeProvider.System, ending);
        }
        catch (OperationCanceledException)
        {
            return; // the step is over
        }
    }
}
