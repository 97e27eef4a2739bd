using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

[Collection(PostgresCollection.Name)]
public sealed class PostgresLedgerStoreContractTests(PostgresFixture server) : LedgerStoreContract, IAsyncLifetime
{
    private PostgresDatabase _database = null!;
    private PostgresLedgerStore _store = null!;

    private protected override ILedgerStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateAsync();
        _store = _database.Open(pageEntriesMax: 2);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
