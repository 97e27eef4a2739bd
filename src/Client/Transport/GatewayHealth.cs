using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Knows which gateways answer. Orleans' client never asks: it notices a connection that ends, but not a gateway that is
/// frozen or cut off, over which it would send for as long as TCP has patience. Here a connection over which something was
/// sent and nothing comes back makes its gateway be probed over a connection of its own; one that does not answer that either is
/// silent, and its connection is ended, which makes Orleans use others. A silent gateway is not connected to until a
/// probe is answered, so no call waits for it.
/// </summary>
internal sealed class GatewayHealth(
    IGatewayProbe probe, GatewayLosses losses, IOptions<GenOpsClientOptions> options, TimeProvider time, ILogger<GatewayHealth> logger)
{
    /// <summary>A connection without a byte for this many silences ends even if its gateway answers probes: the way itself is dead.</summary>
    private const int SilencesMax = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, GatewayStanding> _standings = [];
    private readonly HashSet<GatewayLine> _lines = [];

    /// <summary>Whether there is one that takes connections and does not answer.</summary>
    public bool IsAnySilent
    {
        get
        {
            lock (_gate)
                return _standings.Values.Any(standing => standing.IsSilent);
        }
    }

    private TimeSpan SilenceMax => options.Value.GatewaySilenceMax;

    private TimeSpan ProbeTimeout => SilenceMax / 2;

    /// <summary>
    /// The gateways to use: those of the cluster that answer; if none does, the configured ones too; all of them if nothing
    /// is known of any. All of them are probed from now on, if no connection shows how they are.
    /// </summary>
    /// <param name="discovered">What the cluster says; empty if that is not known.</param>
    /// <param name="seeds">What is configured.</param>
    public IReadOnlyList<IPEndPoint> Choose(IReadOnlyCollection<IPEndPoint> discovered, IReadOnlyCollection<IPEndPoint> seeds)
    {
        lock (_gate)
        {
            IPEndPoint[] all = [.. discovered.Union(seeds)];
            foreach (var gateway in all)
                _standings.TryAdd(gateway, new GatewayStanding());
            foreach (var gone in _standings.Where(entry => entry.Value.Lines == 0 && !all.Contains(entry.Key)).Select(entry => entry.Key).ToArray())
                _standings.Remove(gone);

            IPEndPoint[] best = [.. discovered.Distinct().Where(Answers)];
            if (best.Length == 0)
                best = [.. all.Where(Answers)];
            return best.Length == 0 ? all : best;
        }
    }

    /// <summary>Whether connecting to it would only be waiting.</summary>
    public bool IsSilent(IPEndPoint gateway)
    {
        lock (_gate)
            return _standings.TryGetValue(gateway, out var standing) && standing.IsSilent;
    }

    /// <summary>A connection was made, and the gateway has answered over it.</summary>
    public GatewayLine Open(ConnectionContext connection, IPEndPoint gateway)
    {
        var line = new GatewayLine(connection, gateway, time);
        lock (_gate)
        {
            _lines.Add(line);
            var standing = StandingOf(gateway);
            standing.Lines++;
            Heard(standing, gateway);
        }

        return line;
    }

    /// <summary>It ended.</summary>
    /// <param name="line">The connection.</param>
    /// <param name="isLost">Whether answers may be missing.</param>
    public void Close(GatewayLine line, bool isLost)
    {
        lock (_gate)
        {
            _lines.Remove(line);
            var standing = StandingOf(line.Gateway);
            standing.Lines--;
            standing.HasAnswered = false;
            standing.ProbedAt = null;
        }

        if (isLost)
            losses.Lost();
    }

    /// <summary>It took a connection and did not answer over it.</summary>
    public void HeardNothing(IPEndPoint gateway)
    {
        lock (_gate)
            Silence(StandingOf(gateway), gateway);
    }

    /// <summary>Looks after all of them until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(SilenceMax / 8, time);
        while (await ticks.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            // Not awaited: a probe that waits must not keep the others from being looked at.
            _ = CheckAsync(cancellationToken);
        }
    }

    /// <summary>Looks after all of them once; ends when what it probed for has answered, or has not in time.</summary>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        GatewayLine[] lines;
        IPEndPoint[] due;
        lock (_gate)
        {
            lines = [.. _lines];
            due = [.. _standings.Where(entry => IsDue(entry.Value)).Select(entry => entry.Key)];
            foreach (var gateway in due)
                _standings[gateway].IsProbed = true;
        }

        return Task.WhenAll([
            .. lines.Select(line => CheckAsync(line, cancellationToken)),
            .. due.Select(gateway => ProbeAsync(gateway, cancellationToken))]);
    }

    private bool Answers(IPEndPoint gateway) =>
        _standings.TryGetValue(gateway, out var standing) && !standing.IsSilent && (standing.Lines > 0 || standing.HasAnswered);

    /// <summary>One without a connection is probed: until it answers often, then as often as the list is refreshed.</summary>
    private bool IsDue(GatewayStanding standing)
    {
        if (standing.IsProbed || (standing.Lines > 0 && !standing.IsSilent))
            return false;

        var pause = standing.HasAnswered ? options.Value.GatewayRefresh : ProbeTimeout;
        return standing.ProbedAt is not { } probed || time.GetElapsedTime(probed) >= pause;
    }

    private async Task ProbeAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        var answers = await AnswersAsync(gateway, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_standings.TryGetValue(gateway, out var standing))
                return;

            standing.IsProbed = false;
            standing.ProbedAt = time.GetTimestamp();
            standing.HasAnswered = answers;
            if (answers)
                Heard(standing, gateway);
        }
    }

    private async Task CheckAsync(GatewayLine line, CancellationToken cancellationToken)
    {
        var silence = line.Silence;
        if (silence < line.Vouched)
            line.Vouched = TimeSpan.Zero;
        if (silence - line.Vouched < SilenceMax || !line.TryBeginProbe())
            return;

        try
        {
            var answers = await AnswersAsync(line.Gateway, cancellationToken).ConfigureAwait(false);
            if (line.Silence < silence || cancellationToken.IsCancellationRequested)
                return;

            if (answers && line.Silence < SilenceMax * SilencesMax)
            {
                line.Vouched = line.Silence;
                return;
            }

            lock (_gate)
            {
                if (!answers)
                    Silence(StandingOf(line.Gateway), line.Gateway);
            }

            line.Abort($"the gateway at {line.Gateway} has not said anything for {line.Silence.TotalSeconds:F1} s");
        }
        finally
        {
            line.EndProbe();
        }
    }

    private async Task<bool> AnswersAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await probe.AnswersAsync(gateway, either.Token).ConfigureAwait(false);
    }

    private GatewayStanding StandingOf(IPEndPoint gateway)
    {
        if (!_standings.TryGetValue(gateway, out var standing))
            _standings.Add(gateway, standing = new GatewayStanding());
        return standing;
    }

    private void Silence(GatewayStanding standing, IPEndPoint gateway)
    {
        standing.HasAnswered = false;
        if (standing.IsSilent)
            return;

        standing.IsSilent = true;
        ClientLog.GatewaySilent(logger, gateway);
    }

    private void Heard(GatewayStanding standing, IPEndPoint gateway)
    {
        if (!standing.IsSilent)
            return;

        standing.IsSilent = false;
        ClientLog.GatewayHeard(logger, gateway);
    }
}
