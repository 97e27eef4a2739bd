using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class SqliteSchemaTests : IDisposable
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);
    private static readonly FakeTimeProvider Clock = new();

    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ledger")]
    [InlineData("grain storage")]
    public void Apply_NewFileThenAgain_MigratesOnce(string purpose)
    {
        var schema = Schema(purpose);

        Assert.Equal(0, schema.Apply(_folder.DatabasePath, BusyTimeout));
        Assert.Equal(schema.KnownVersion, schema.Apply(_folder.DatabasePath, BusyTimeout));
        Assert.True(schema.KnownVersion >= 2);
    }

    [Theory]
    [InlineData("ledger", "never delete it")]
    [InlineData("grain storage", "or delete the file")]
    public void Apply_FileOfANewerProgram_IsRefusedWithAdvice(string purpose, string advice)
    {
        var schema = Schema(purpose);
        schema.Apply(_folder.DatabasePath, BusyTimeout);
        _folder.Execute("INSERT INTO schema_version (version, name, applied_at) VALUES (99, '099_future', '2030')");

        var exception = Assert.Throws<SqliteSchemaNewerException>(() => schema.Apply(_folder.DatabasePath, BusyTimeout));

        Assert.Equal((99, schema.KnownVersion, _folder.DatabasePath), (exception.FoundVersion, exception.KnownVersion, exception.DatabasePath));
        Assert.StartsWith($"The {purpose} '{_folder.DatabasePath}' has schema version 99; this program knows versions up to {schema.KnownVersion}. ", exception.Message);
        Assert.Contains(advice, exception.Message);
    }

    [Fact]
    public void Apply_DatabaseOfSomethingElse_IsRefusedAndUnchanged()
    {
        _folder.Execute("CREATE TABLE customers (id INTEGER)");

        var exception = Assert.Throws<SqliteSchemaForeignException>(() => Schema("ledger").Apply(_folder.DatabasePath, BusyTimeout));

        Assert.Equal("it has 1 tables and indexes but no table schema_version", exception.Evidence);
        _folder.Execute("CREATE TABLE schema_version (id INTEGER)"); // still not there
    }

    [Fact]
    public void Apply_GrainStorageAsALedger_IsRefused()
    {
        Schema("grain storage").Apply(_folder.DatabasePath, BusyTimeout);

        var exception = Assert.Throws<SqliteSchemaForeignException>(() => Schema("ledger").Apply(_folder.DatabasePath, BusyTimeout));

        Assert.Equal("its schema version 1 is '001_orleans_query' instead of '001_ledger'", exception.Evidence);
    }

    [Fact]
    public void Apply_FailingStep_LeavesTheDatabaseAsItWas()
    {
        var broken = new SqliteSchema("ledger", "", [new SchemaMigration(1, "001_good", "CREATE TABLE good (id INTEGER)"), new SchemaMigration(2, "002_bad", "CREATE NONSENSE")], Clock);

        Assert.Throws<Microsoft.Data.Sqlite.SqliteException>(() => broken.Apply(_folder.DatabasePath, BusyTimeout));

        Assert.Equal(0, Schema("ledger").Apply(_folder.DatabasePath, BusyTimeout));
    }

    private static SqliteSchema Schema(string purpose) =>
        purpose == "ledger" ? SqliteSchema.Ledger(Clock) : SqliteSchema.GrainStorage(Clock);
}
