using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class SqliteLedgerOptionsTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void LedgerOptions_SeveralCommitsAtOnce_AreRefusedForTheEmbeddedDatabase(int commitsAtOnce, bool authorityGoesApart)
    {
        var services = new ServiceCollection();
        services.AddSqliteLedger(options => options.DatabasePath = "ledger.db");
        services.Configure<LedgerOptions>(options => (options.CommitsAtOnceMax, options.AuthorityGoesApart) = (commitsAtOnce, authorityGoesApart));
        using var provider = services.BuildServiceProvider();

        var refusal = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<LedgerOptions>>().Value);

        Assert.Equal(["the embedded database commits one batch at a time; set GenOps:Ledger:CommitsAtOnceMax to 1 and AuthorityGoesApart to false"], refusal.Failures);
    }
}
