using System.Collections.Concurrent;
using System.Text.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>Sends calls over HTTP, each attempt through another silo, and writes every attempt down.</summary>
internal sealed class HttpDoor(ClusterOfSilos cluster, Organisation organisation, History history, string key, LoadOptions options)
{
    private readonly ConcurrentBag<Task> _late = [];
    private int _turn;

    /// <summary>
    /// Sends until it is acknowledged or finally refused. An attempt that takes longer than its caller waits stays open and is
    /// written down when it ends: what it is told late is told all the same.
    /// </summary>
    /// <param name="template">The call, without its times and its end.</param>
    /// <param name="method">PUT or POST.</param>
    /// <param name="path">Below the tenant.</param>
    /// <param name="body">The body, the same each time.</param>
    /// <param name="attemptsMax">How often at most.</param>
    /// <param name="cancellationToken">Ends it; an attempt under way is written down as unanswered.</param>
    /// <returns>The last attempt.</returns>
    public async Task<Call> SendAsync(
        Call template, HttpMethod method, string path, string body, int attemptsMax, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.RetryInterval);
        for (var attempt = 1; ; attempt++)
        {
            var call = await AnsweredInTimeAsync(AttemptAsync(template, method, path, body, NextSilo(), options.AnswerMax, cancellationToken), template, cancellationToken);
            if (call.IsAcknowledged || attempt >= attemptsMax || call.End == CallEnd.Refused && !IsRetryable(call))
                return call;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>One attempt through one silo.</summary>
    public async Task<Call> AttemptAsync(
        Call template, HttpMethod method, string path, string body, SiloProcess silo, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = history.Now;
        CallEnd end;
        string? answer = null;
        string? error = null;
        try
        {
            var (status, text) = await ClusterOfSilos.SendAsync(silo, method, $"{organisation.Path}/{path}", body, key, limit, cancellationToken);
            (end, answer, error) = status == 200
                ? (CallEnd.Answered, CanonicalText.Of(text), null)
                : (CallEnd.Refused, (string?)null, $"{status} {CodeOf(text)}");
        }
        catch (HttpRequestException broken)
        {
            (end, error) = (CallEnd.Broken, broken.Message);
        }
        catch (OperationCanceledException)
        {
            // At the end of the load an attempt is cut off: it waited no longer than it was let.
            (end, error) = cancellationToken.IsCancellationRequested ? (CallEnd.Broken, "cut off") : (CallEnd.Unanswered, $"no answer within {limit.TotalSeconds:0.#} s");
        }

        var ended = history.Now;
        var call = template with
        {
            Door = silo.Name, Began = began, Ended = ended, End = end, Answer = answer, Error = error, IsLate = ended - began > options.AttemptTimeout,
        };
        history.Add(call);
        cancellationToken.ThrowIfCancellationRequested();
        return call;
    }

    /// <summary>Ends when all attempts have ended, also those that nobody waits for any more.</summary>
    public async Task EndAsync()
    {
        foreach (var attempt in _late)
        {
            try
            {
                await attempt;
            }
            catch (OperationCanceledException)
            {
                continue; // cut off at the end of the load, and written down as that
            }
        }
    }

    /// <summary>The next silo in turn, whatever its state: callers don't know it.</summary>
    public SiloProcess NextSilo()
    {
        var silos = cluster.Silos;
        return silos[(int)((uint)Interlocked.Increment(ref _turn) % silos.Count)];
    }

    private async Task<Call> AnsweredInTimeAsync(Task<Call> attempt, Call template, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isInTime = await Task.WhenAny(attempt, Task.Delay(options.AttemptTimeout, TimeProvider.System, ended.Token)) == attempt;
        await ended.CancelAsync();
        if (isInTime || cancellationToken.IsCancellationRequested)
            return await attempt;
        _late.Add(attempt);
        return template with { End = CallEnd.Unanswered };
    }

    private static bool IsRetryable(Call call) => call.Error!.StartsWith("503", StringComparison.Ordinal);

    private static string CodeOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("code", out var code) ? code.GetString() ?? text : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
