using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>docker-compose.yml is one that Docker takes, and keeps what it promises.</summary>
public sealed partial class ComposeTests
{
    [Fact]
    public async Task File_ReadByCompose_IsValid()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var answer = await Tool.TryRunAsync(cancellationToken, "docker-compose", "-f", "docker-compose.yml", "config", "-q");
        if (answer is null)
            answer = await Tool.TryRunAsync(cancellationToken, "docker", "compose", "-f", "docker-compose.yml", "config", "-q");

        Assert.True(answer is not null, "docker-compose is missing. On Debian and Ubuntu: apt-get install docker-compose");
        Assert.True(answer.Value.Code == 0, $"{answer.Value.Output}{answer.Value.Errors}");
    }

    [Fact]
    public void Services_Images_ArePinned()
    {
        foreach (var (name, service) in Services())
            Assert.Matches(@":v?\d+\.\d+", $"{name} {Text(service["image"])}"[(name.Length + 1)..]);
    }

    [Fact]
    public void Image_Ours_IsBuiltByOneServiceAndNeverPulled()
    {
        var ours = Services().Where(service => Text(service.Service["image"]).StartsWith("genops-control-plane:", StringComparison.Ordinal)).ToArray();

        Assert.Equal(["migrate", "silo1", "silo2", "silo3"], ours.Select(service => service.Name));
        Assert.Single(ours.Select(service => Text(service.Service["image"])).Distinct());
        Assert.Equal(["migrate"], ours.Where(service => service.Service.Children.ContainsKey("build")).Select(service => service.Name));
        foreach (var (name, silo) in ours.Where(service => service.Name != "migrate"))
        {
            Assert.Equal($"{name} never", $"{name} {Text(silo["pull_policy"])}");
            Assert.Equal($"{name} service_completed_successfully", $"{name} {Text(silo["depends_on"]["migrate"]["condition"])}");
        }
    }

    [Fact]
    public void Ports_Published_AreOfThisMachineAndNeverThoseBetweenSilos()
    {
        foreach (var (name, service) in Services())
        {
            if (!service.Children.TryGetValue("ports", out var ports))
                continue;

            foreach (var port in (YamlSequenceNode)ports)
            {
                Assert.StartsWith("127.0.0.1:", Text(port), StringComparison.Ordinal);
                Assert.DoesNotMatch(":(11111|9464)$", $"{name} {Text(port)}");
            }
        }
    }

    [Fact]
    public void Silos_TimeToStop_IsLongerThanDrainAndStopTogether()
    {
        var silos = Services().Where(service => service.Name.StartsWith("silo", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, silos.Length);
        foreach (var (_, silo) in silos)
        {
            var environment = (YamlMappingNode)silo["environment"];
            var needed = Time("GenOps__Node__DrainDelay") + Time("GenOps__Node__StopTimeout");
            var given = TimeSpan.FromSeconds(int.Parse(Text(silo["stop_grace_period"]).TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(given > needed, $"{given} to stop, {needed} needed");

            TimeSpan Time(string option) => TimeSpan.Parse(Text(environment[option]), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public void Services_OfOurs_WriteNothingToTheirImage()
    {
        foreach (var (name, service) in Services())
            Assert.Equal($"{name} true", $"{name} {Text(service["read_only"])}");
    }

    [Fact]
    public void Secrets_Declared_AreThoseThatTheScriptMakes()
    {
        var compose = (YamlMappingNode)Root().Children["secrets"];
        var script = Repository.Read("deploy", "compose", "make-secrets.sh");

        var made = Made().Matches(script).Select(match => match.Groups[1].Value).Order();
        Assert.Equal(made, compose.Children.Keys.Select(Text).Order());
    }

    [Fact]
    public void Volumes_Mounted_AreThere()
    {
        foreach (var (name, service) in Services())
        {
            if (!service.Children.TryGetValue("volumes", out var volumes))
                continue;

            foreach (var source in ((YamlSequenceNode)volumes).Select(volume => Text(volume).Split(':')[0]).Where(source => source.StartsWith('.')))
                Assert.True(Path.Exists(Repository.PathOf(source)), $"{name} mounts {source}, which does not exist");
        }
    }

    private static YamlMappingNode Root()
    {
        // Merge keys (<<) are what compose resolves; so does this.
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read("docker-compose.yml")));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static IEnumerable<(string Name, YamlMappingNode Service)> Services() =>
        ((YamlMappingNode)Root().Children["services"]).Select(service => (Text(service.Key), Merged((YamlMappingNode)service.Value)));

    private static YamlMappingNode Merged(YamlMappingNode node)
    {
        var merged = new YamlMappingNode();
        foreach (var (key, value) in node)
        {
            if (Text(key) == "<<")
            {
                foreach (var (inheritedKey, inherited) in Merged((YamlMappingNode)value))
                    merged.Children[inheritedKey] = inherited;
            }
        }

        foreach (var (key, value) in node)
        {
            if (Text(key) != "<<")
                merged.Children[key] = value is YamlMappingNode mapping ? Merged(mapping) : value;
        }

        return merged;
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex("^make ([a-z-]+) ", RegexOptions.Multiline)]
    private static partial Regex Made();
}
