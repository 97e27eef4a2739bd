using System.Net;
using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>When a member ends itself, and when it does not.</summary>
public sealed class ClusterWatchTests : IMemberRow, ILedgerPeers, IDisposable
{
    private static readonly SiloAddress Peer = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_112), 7);

    private readonly FakeTimeProvider _machine = new(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordedExit _exit = new();
    private readonly SelfStop _stop;
    private readonly LedgerContact _contact;
    private readonly ReferenceClock _clock;
    private readonly ClusterWatch _watch;
    private SiloStatus? _status = SiloStatus.Active;
    private bool _answers = true;
    private TimeSpan? _peerAge;

    public ClusterWatchTests()
    {
        var options = new ClusterMemberOptions();
        _clock = new ReferenceClock(_machine, Options.Create(options), NullLogger<ReferenceClock>.Instance);
        _contact = new LedgerContact(_clock);
        _stop = new SelfStop(_exit, NullLogger<SelfStop>.Instance);
        _watch = new ClusterWatch(this, _contact, this, _clock, _stop, Options.Create(options), NullLogger<ClusterWatch>.Instance);
    }

    [Fact]
    public async Task Look_Active_GoesOnAndIsInContact()
    {
        await LookAsync(3);

        Assert.Empty(_exit.Codes);
        Assert.Null(_stop.WhyNotReady);
        Assert.Equal(TimeSpan.FromSeconds(1), _contact.Age);
    }

    [Fact]
    public async Task Look_DeclaredDead_EndsAtOnceAndOnce()
    {
        await LookAsync(1);
        _status = SiloStatus.Dead;

        await LookAsync(2);

        Assert.Equal(3, Assert.Single(_exit.Codes));
        Assert.Equal("the cluster has declared this silo dead", _stop.WhyNotReady);
    }

    [Fact]
    public async Task Look_RowGone_Ends()
    {
        await LookAsync(1);
        _status = null;

        await LookAsync(1);

        Assert.Equal(3, Assert.Single(_exit.Codes));
    }

    [Fact]
    public async Task Look_NoRowYet_GoesOn()
    {
        _status = null;

        await LookAsync(5);

        Assert.Empty(_exit.Codes);
    }

    [Fact]
    public async Task Look_AloneWithoutTheLedger_EndsAfterTheTimeout()
    {
        await LookAsync(1);
        (_answers, _peerAge) = (false, TimeSpan.FromMilliseconds(500));

        await LookAsync(10);
        Assert.Empty(_exit.Codes);

        await LookAsync(1);
        Assert.Equal(4, Assert.Single(_exit.Codes));
        Assert.Equal($"it can't reach PostgreSQL, and silo {Peer} can", _stop.Reason);
    }

    [Fact]
    public async Task Look_NobodyReachesTheLedger_NobodyEnds()
    {
        await LookAsync(1);
        (_answers, _peerAge) = (false, null);

        await LookAsync(100);

        Assert.Empty(_exit.Codes);
    }

    [Fact]
    public async Task Look_PeersLostTheLedgerAMomentLater_NobodyEnds()
    {
        await LookAsync(1);
        _answers = false;
        for (var seconds = 0; seconds < 100; seconds++)
        {
            _peerAge = TimeSpan.FromSeconds(seconds + 0.5);
            await LookAsync(1);
        }

        Assert.Empty(_exit.Codes);
    }

    [Fact]
    public async Task Look_LedgerBackBeforeTheTimeout_CountsAnew()
    {
        await LookAsync(1);
        (_answers, _peerAge) = (false, TimeSpan.FromMilliseconds(500));
        await LookAsync(9);
        _answers = true;
        await LookAsync(1);
        _answers = false;

        await LookAsync(10);

        Assert.Empty(_exit.Codes);
    }

    [Fact]
    public void FatalError_OfOrleans_EndsTheProcess()
    {
        new FatalError(_stop).OnFatalException(this, "I should be dead", new InvalidOperationException("told so"));

        Assert.Equal(3, Assert.Single(_exit.Codes));
        Assert.Equal("I should be dead: told so", _stop.Reason);
    }

    Task<MemberReading> IMemberRow.ReadAsync(CancellationToken cancellationToken) => _answers
        ? Task.FromResult(new MemberReading(_status, new ClockReading(TimeSpan.Zero, TimeSpan.FromMilliseconds(1))))
        : Task.FromException<MemberReading>(new IOException("cut off"));

    Task<SiloAddress?> ILedgerPeers.FindInContactAsync(TimeSpan ageMax, TimeSpan wait, CancellationToken cancellationToken) =>
        Task.FromResult(_peerAge <= ageMax ? Peer : null);

    public void Dispose() => _watch.Dispose();

    /// <summary>Looks some times, a second apart, and lets the second after the last look pass as well.</summary>
    private async Task LookAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await _watch.LookAsync(TestContext.Current.CancellationToken);
            _machine.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
