using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

public sealed class PostgresOptionsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Validate_Defaults_AskForAConnectionString()
    {
        var result = new PostgresOptionsValidator().Validate(null, new PostgresOptions());

        Assert.StartsWith("GenOps:Postgres:ConnectionString is empty.", Assert.Single(result.Failures!), StringComparison.Ordinal);
        Assert.True(new PostgresOptionsValidator().Validate(null, new PostgresOptions { ConnectionString = "Host=db" }).Succeeded);
        Assert.True(new PostgresOptionsValidator().Validate(null, new PostgresOptions { ConnectionStringFile = _file }).Succeeded);
    }

    [Theory]
    [InlineData(nameof(PostgresOptions.WriteConnections), 0)]
    [InlineData(nameof(PostgresOptions.WriteConnections), 9)]
    [InlineData(nameof(PostgresOptions.ReadConnectionsMax), 0)]
    [InlineData(nameof(PostgresOptions.PartitionsAhead), 0)]
    [InlineData(nameof(PostgresOptions.PageEntriesMax), 0)]
    public void Validate_CountOutOfRange_NamesTheOption(string option, int value)
    {
        var options = new PostgresOptions { ConnectionString = "Host=db" };
        typeof(PostgresOptions).GetProperty(option)!.SetValue(options, value);

        var failure = Assert.Single(new PostgresOptionsValidator().Validate(null, options).Failures!);

        Assert.StartsWith($"GenOps:Postgres:{option} is {value}. Set it between ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_StringAndFile_AsksForOne()
    {
        var options = new PostgresOptions { ConnectionString = "Host=db;Password=hush", ConnectionStringFile = _file, PasswordFile = "/nowhere" };

        var failures = new PostgresOptionsValidator().Validate(null, options).Failures!.ToArray();

        Assert.Equal(
            ["GenOps:Postgres:ConnectionString and ConnectionStringFile are both set. Set one of them.", "GenOps:Postgres:PasswordFile names '/nowhere', which doesn't exist."],
            failures);
    }

    [Theory]
    [InlineData("Host=db;hush")]
    [InlineData("Host=db;Pasword=hush")]
    [InlineData("Host=db;Port=hush")]
    public void DataSources_BrokenConnectionString_IsNotRepeated(string text)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => new PostgresDataSources(Options.Create(new PostgresOptions { ConnectionString = text })));

        Assert.DoesNotContain("hush", exception.ToString(), StringComparison.Ordinal);
        Assert.Contains("GenOps:Postgres:ConnectionString is no connection string", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataSources_ServerThatIsNotThere_SaysNothingOfThePassword()
    {
        await File.WriteAllTextAsync(_file, "hush\n");
        await using var sources = new PostgresDataSources(Options.Create(new PostgresOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=me;Password=hush2", PasswordFile = "" }));
        await using var byFile = new PostgresDataSources(Options.Create(new PostgresOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=me", PasswordFile = _file }));

        var exceptions = new[]
        {
            await Assert.ThrowsAsync<NpgsqlException>(async () => await sources.Runtime.OpenConnectionAsync()),
            await Assert.ThrowsAsync<NpgsqlException>(async () => await byFile.Runtime.OpenConnectionAsync()),
        };

        Assert.All(exceptions, exception => Assert.DoesNotContain("hush", exception.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("hush", sources.Runtime.ConnectionString + byFile.Runtime.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddPostgresLedger_WriteConnections_BoundCommitsAtOnce()
    {
        var services = new ServiceCollection().AddLogging().AddPostgresLedger();
        services.Configure<PostgresOptions>(options => (options.ConnectionString, options.WriteConnections) = ("Host=127.0.0.1;Port=1", 3));
        await using var provider = services.BuildServiceProvider();

        Assert.Equal(3, provider.GetRequiredService<IOptions<LedgerOptions>>().Value.CommitsAtOnceMax);
        Assert.Same(provider.GetRequiredService<ILedgerStore>(), provider.GetRequiredService<ILedgerReader>());
        Assert.IsType<LedgerWriter>(provider.GetRequiredService<ILedger>());
    }

    public void Dispose() => File.Delete(_file);
}
