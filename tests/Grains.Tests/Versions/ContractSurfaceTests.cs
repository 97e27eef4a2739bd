using System.Reflection;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Versions;

public sealed class ContractSurfaceTests
{
    private const string Refresh = "UPDATE_CONTRACTS";
    private const string FileName = "contracts.txt";

    [Fact]
    public void Surface_OfThisBuild_IsWhatIsCheckedIn()
    {
        var now = ContractSurface.Lines();
        var breaches = ContractRules.Breaches(ReleasedFiles.LinesOf(ReleasedFiles.Current, FileName), now, isSameVersion: true, LedgerKinds.IsWritten);

        Assert.Empty(breaches);
        if (Environment.GetEnvironmentVariable(Refresh) == "1")
            ReleasedFiles.Write(FileName, now);

        var committed = ReleasedFiles.LinesOf(ReleasedFiles.Current, FileName);
        Assert.True(
            now.SequenceEqual(committed),
            $"other builds of the cluster would see something else than {ReleasedFiles.PathOf(ReleasedFiles.Current, FileName)} says (new: "
            + $"{string.Join("; ", now.Except(committed).Take(5))}). Read docs/upgrade.md, then refresh the file with: {Refresh}=1 dotnet run --project tests/Grains.Tests -- -class {typeof(ContractSurfaceTests).FullName}");
    }

    [Fact]
    public void Surface_BesideEveryReleasedVersion_BreaksNoRule()
    {
        var now = ContractSurface.Lines();

        foreach (var version in ReleasedFiles.All.Where(version => version < ReleasedFiles.Current))
            Assert.Empty(ContractRules.Breaches(ReleasedFiles.LinesOf(version, FileName), now, isSameVersion: false, LedgerKinds.IsWritten));
        Assert.Contains(ReleasedFiles.Current, ReleasedFiles.All);
    }

    [Fact]
    public void Surface_EveryInterface_HasAVersion()
    {
        var interfaces = ContractSurface.Lines().Where(line => line.StartsWith("interface ", StringComparison.Ordinal)).ToArray();

        Assert.Equal(7, interfaces.Length);
        Assert.DoesNotContain(interfaces, line => line.EndsWith(" version 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Surface_EveryOptionalMember_IsItsTypesDefaultWhenLeftOut()
    {
        // Orleans fills in what an earlier build did not send with the type's default, whatever the constructor says.
        var others = typeof(IAgentGrain).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
            .SelectMany(type => type.GetConstructors().SelectMany(constructor => constructor.GetParameters())
                .Where(parameter => parameter.HasDefaultValue && !IsDefault(parameter))
                .Select(parameter => $"{type.Name}.{parameter.Name}"));

        // An error's code is sent as a member; WriteOffResult had its member in the first version already.
        Assert.Equal(["InvalidRequestException.code", "WriteOffResult.IsComplete"], others);
    }

    private static bool IsDefault(ParameterInfo parameter) =>
        parameter.DefaultValue is null
        || (parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            && Convert.ToInt64(parameter.DefaultValue, null) == 0);
}
