namespace GenOps.ControlPlane.Throttling;

public sealed class ThrottleOptionsValidatorTests
{
    [Fact]
    public void Validate_Defaults_AreGood() => Assert.True(new ThrottleOptionsValidator().Validate(null, new ThrottleOptions()).Succeeded);

    [Fact]
    public void Validate_OutOfRange_NamesTheSettingAndItsRange()
    {
        var day = TimeSpan.FromDays(2);
        var result = new ThrottleOptionsValidator().Validate(null, new ThrottleOptions
        {
            BreakerFailures = 0, BreakerWindow = day, BreakerOpenFor = day, BreakerOpenForMax = TimeSpan.Zero, ModelsMax = 0,
            LatencySamplesMax = 0, LatencySamplesMin = 0, LatencyAgeMax = day, TokenDebtMax = day, DelegationsMax = 0,
            WorkloadsMax = 0, LateReportsFor = day, FloodRefusals = 0, FloodWindow = day,
        });

        // The most samples are not fewer than the fewest.
        Assert.Equal(13, result.Failures!.Count());
        Assert.Contains("GenOps:Throttling:BreakerFailures is 0; set it from 1 to 100", result.Failures!);
        Assert.Contains("GenOps:Throttling:BreakerOpenForMax is 00:00:00; set it from 2.00:00:00 to 1.00:00:00", result.Failures!);
        Assert.Contains("GenOps:Throttling:FloodWindow is 2.00:00:00; set it from 00:00:01 to 00:10:00", result.Failures!);
    }

    [Fact]
    public void Validate_FewerSamplesThanSayAnything_IsRefused()
    {
        var result = new ThrottleOptionsValidator().Validate(null, new ThrottleOptions { LatencySamplesMax = 19 });

        Assert.Equal("GenOps:Throttling:LatencySamplesMax is 19; set it from 20 to 10000", Assert.Single(result.Failures!));
    }
}
