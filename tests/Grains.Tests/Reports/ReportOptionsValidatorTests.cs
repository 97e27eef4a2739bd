namespace GenOps.ControlPlane.Reports;

public sealed class ReportOptionsValidatorTests
{
    [Fact]
    public void Validate_Defaults_AreGood() => Assert.True(new ReportOptionsValidator().Validate(null, new ReportOptions()).Succeeded);

    [Fact]
    public void Validate_OutOfRange_NamesTheSettingAndItsRange()
    {
        var result = new ReportOptionsValidator().Validate(
            null, new ReportOptions { EntriesMax = 999, ConcurrentMax = 0, WorkloadsMax = 1, ValuesMax = 0, BudgetsMax = 0 });

        Assert.Equal(5, result.Failures!.Count());
        Assert.Contains("GenOps:Reports:EntriesMax is 999; set it from 1000 to 1000000000", result.Failures!);
    }
}
