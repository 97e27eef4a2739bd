using System.Globalization;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Hosting;

/// <summary>Members as processes: what may go wrong while one starts.</summary>
public sealed class MemberStartTests(MemberStartTests.EmptyCluster cluster) : IClassFixture<MemberStartTests.EmptyCluster>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.8)]
    [InlineData(1.5)]
    [InlineData(2.2)]
    public async Task Terminate_DuringStart_EndsInGoodOrder(double seconds)
    {
        var late = cluster.Cluster.Add();

        late.Start();
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(seconds)))
            await timer.WaitForNextTickAsync(Cancellation);
        var code = await late.StopAsync();

        // Before the program's first line the system ends it: nothing has begun then.
        Assert.True(code is 0 or 143, $"{code}: {late.Output}");
        Assert.DoesNotContain("Unhandled", late.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GenOps__Postgres__ConnectionString", "Host=127.0.0.1;Port={0};Database=genops;Username=genops_silo;Password=wrong", "refuses the password of user 'genops_silo'; correct PasswordFile, or the password in the connection string")]
    [InlineData("GenOps__Postgres__ConnectionString", "Host=127.0.0.1;Port={0};Database=nowhere;Username=genops_silo;Password=only-for-tests", "has no database 'nowhere'; make it, or name another in the connection string")]
    [InlineData("GenOps__Postgres__PasswordFile", "/nowhere/password", "GenOps:Postgres:PasswordFile names '/nowhere/password'")]
    [InlineData("GenOps__Node__AdminKeyFile", "/nowhere/admin.key", "GenOps:Node:AdminKeyFile: '/nowhere/admin.key' holds no admin key of all tenants")]
    [InlineData("GenOps__Cluster__ProbeTimeout", "1.00:00:00", "GenOps:Cluster:ProbeTimeout is 1.00:00:00; set it from 00:00:00.1000000 to 00:01:00")]
    public async Task Start_WithAWrongOption_SaysHowToMendItWithoutAStackTrace(string option, string value, string message)
    {
        var wrong = cluster.Cluster.Add(environment: new Dictionary<string, string>
        {
            [option] = string.Format(CultureInfo.InvariantCulture, value, cluster.Cluster.Server.Port),
        });

        wrong.Start();

        Assert.Equal(1, await wrong.WaitEndAsync());
        Assert.Contains(message, wrong.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", wrong.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("only-for-tests", wrong.Output, StringComparison.Ordinal);
    }

    /// <summary>A cluster without a silo: a server, and a database that the first one to start brings up to date.</summary>
    public sealed class EmptyCluster : IAsyncLifetime
    {
        /// <summary>The cluster.</summary>
        public ClusterOfSilos Cluster { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync() => Cluster = await ClusterOfSilos.StartAsync(new ClusterOptions { Silos = 0 }, TestContext.Current.CancellationToken);

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
