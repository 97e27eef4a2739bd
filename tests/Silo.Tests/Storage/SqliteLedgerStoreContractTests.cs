using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class SqliteLedgerStoreContractTests : LedgerStoreContract, IDisposable
{
    private readonly LedgerFolder _folder = new();
    private readonly SqliteLedgerStore _store;

    public SqliteLedgerStoreContractTests() => _store = _folder.Open(pageEntriesMax: 2);

    private protected override ILedgerStore Store => _store;

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
