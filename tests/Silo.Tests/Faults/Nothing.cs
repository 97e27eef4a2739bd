namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>Asserts that there are no faults, and shows those there are in full.</summary>
public static class Nothing
{
    private const int ShownMax = 10;

    /// <summary>Fails if there is anything in <paramref name="faults"/>.</summary>
    public static void In(IEnumerable<string> faults)
    {
        var all = faults.ToArray();
        Assert.True(all.Length == 0, $"{all.Length} faults, such as:{Environment.NewLine}{string.Join(Environment.NewLine, all.Take(ShownMax))}");
    }
}
