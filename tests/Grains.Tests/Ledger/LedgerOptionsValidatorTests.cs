using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

public sealed class LedgerOptionsValidatorTests
{
    private static readonly LedgerOptionsValidator Validator = new();

    [Fact]
    public void Validate_Defaults_Pass() => Assert.True(Validator.Validate(null, new LedgerOptions()).Succeeded);

    [Fact]
    public void Validate_OutOfRange_NamesEveryOptionAndItsRange()
    {
        var result = Validator.Validate(null, new LedgerOptions { EntriesQueuedMax = 10, CommitAttemptsMax = 0 });

        Assert.Equal(
            [
                "LedgerOptions.EntriesQueuedPerTenantMax is 20000. Set it between 1 and 10.",
                "LedgerOptions.CommitAttemptsMax is 0. Set it between 1 and 100.",
            ],
            result.Failures);
    }
}
