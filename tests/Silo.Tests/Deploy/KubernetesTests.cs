using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>What kubectl makes of the manifests keeps what they promise.</summary>
public sealed partial class KubernetesTests
{
    [Theory]
    [InlineData("base")]
    [InlineData("overlays/production")]
    [InlineData("overlays/small")]
    public async Task Manifests_Built_AreWhole(string folder)
    {
        var objects = await BuildAsync(folder);

        Assert.Equal(
            ["ConfigMap", "Deployment", "Job", "Namespace", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount"],
            objects.Select(Kind).Distinct().Where(kind => kind != "HorizontalPodAutoscaler").Order());
        Assert.Equal(folder == "overlays/production", objects.Any(one => Kind(one) == "HorizontalPodAutoscaler"));
        Assert.All(objects.Where(one => Kind(one) != "Namespace"), one => Assert.Equal("genops", Text(At(one, "metadata", "namespace"))));
    }

    [Theory]
    [InlineData("overlays/production")]
    [InlineData("overlays/small")]
    public async Task Pods_Built_MayDoNothingTheyNeedNot(string folder)
    {
        foreach (var pod in Pods(await BuildAsync(folder)))
        {
            Assert.Equal("true", Text(At(pod, "securityContext", "runAsNonRoot")));
            Assert.Equal("RuntimeDefault", Text(At(pod, "securityContext", "seccompProfile", "type")));
            Assert.Equal("false", Text(At(pod, "automountServiceAccountToken")));
            foreach (var container in (YamlSequenceNode)At(pod, "containers"))
            {
                Assert.Equal("true", Text(At(container, "securityContext", "readOnlyRootFilesystem")));
                Assert.Equal("false", Text(At(container, "securityContext", "allowPrivilegeEscalation")));
                Assert.Equal("ALL", Text(((YamlSequenceNode)At(container, "securityContext", "capabilities", "drop"))[0]));
                Assert.Matches(@":\d+\.\d+\.\d+$", Text(At(container, "image")));
                Assert.NotNull(At(container, "resources", "limits", "memory"));
            }
        }
    }

    [Fact]
    public async Task Silos_TimeToStop_IsLongerThanDrainAndStopTogether()
    {
        var objects = await BuildAsync("overlays/production");
        var settings = At(objects.Single(one => Kind(one) == "ConfigMap"), "data");
        var silo = Pods(objects.Where(one => Kind(one) == "Deployment")).Single();

        var needed = Time("GenOps__Node__DrainDelay") + Time("GenOps__Node__StopTimeout");
        var given = TimeSpan.FromSeconds(int.Parse(Text(At(silo, "terminationGracePeriodSeconds")), CultureInfo.InvariantCulture));
        Assert.True(given > needed, $"{given} to stop, {needed} needed");

        TimeSpan Time(string option) => TimeSpan.Parse(Text(At(settings, option)), CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task NetworkPolicies_SiloAndMetricsPorts_AreForNamedPeersAlone()
    {
        var policy = (await BuildAsync("overlays/production"))
            .Single(one => Kind(one) == "NetworkPolicy" && Text(At(one, "metadata", "name")) == "genops-silo");

        var open = ((YamlSequenceNode)At(policy, "spec", "ingress"))
            .Where(rule => !((YamlMappingNode)rule).Children.ContainsKey("from"))
            .SelectMany(rule => (YamlSequenceNode)At(rule, "ports"))
            .Select(port => Text(At(port, "port")));
        Assert.Equal(["http"], open);
    }

    [Fact]
    public async Task Secrets_Referenced_AreDocumented()
    {
        var page = Repository.Read("docs", "operate.md");
        foreach (var pod in Pods(await BuildAsync("overlays/production")))
        {
            foreach (var volume in ((YamlSequenceNode)At(pod, "volumes")).Cast<YamlMappingNode>())
            {
                if (volume.Children.TryGetValue("secret", out var secret))
                    Assert.Contains($"create secret generic {Text(At(secret, "secretName"))} ", page, StringComparison.Ordinal);
                if (volume.Children.TryGetValue("configMap", out var map))
                    Assert.Contains($"create configmap {Text(At(map, "name"))} ", page, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Image_EveryProjectOfTheSilo_IsRestoredLocked()
    {
        var dockerfile = Repository.Read("deploy", "Dockerfile");
        Assert.Contains("--locked-mode", dockerfile, StringComparison.Ordinal);
        Assert.Matches(@"\nUSER \d+", dockerfile);
        foreach (var project in Closure("src/Silo/GenOps.ControlPlane.Silo.csproj"))
        {
            var folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
            Assert.Contains($"COPY {project} {folder}/packages.lock.json {folder}/", dockerfile, StringComparison.Ordinal);
            Assert.True(File.Exists(Repository.PathOf(folder, "packages.lock.json")), $"{folder} has no lock file");
        }
    }

    private static SortedSet<string> Closure(string first)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([first]);
        while (open.TryPop(out var project))
        {
            if (!found.Add(project))
                continue;

            var folder = Path.GetDirectoryName(Repository.PathOf(project))!;
            foreach (Match reference in Reference().Matches(Repository.Read(project)))
                open.Push(Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, reference.Groups[1].Value))).Replace('\\', '/'));
        }

        return found;
    }

    private static async Task<IReadOnlyList<YamlNode>> BuildAsync(string folder)
    {
        var answer = await Tool.TryRunAsync(TestContext.Current.CancellationToken, "kubectl", "kustomize", $"deploy/kubernetes/{folder}");
        Assert.True(
            answer is not null,
            "kubectl is missing. Install version 1.27 or newer: kubernetes-client on Debian 13 and newer, else https://kubernetes.io/docs/tasks/tools/");
        Assert.True(answer.Value.Code == 0, answer.Value.Errors);
        Assert.Equal("", answer.Value.Errors); // nothing deprecated

        var yaml = new YamlStream();
        yaml.Load(new StringReader(answer.Value.Output));
        return [.. yaml.Documents.Select(document => document.RootNode)];
    }

    private static IEnumerable<YamlNode> Pods(IEnumerable<YamlNode> objects) =>
        objects.Where(one => Kind(one) is "Deployment" or "Job").Select(one => At(one, "spec", "template", "spec"));

    private static string Kind(YamlNode one) => Text(At(one, "kind"));

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (here, key) => here[key]);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex Reference();
}
