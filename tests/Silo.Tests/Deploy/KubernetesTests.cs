using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>What kubectl makes of the manifests keeps what they promise.</summary>
public sealed partial class KubernetesTests
{
    private static readonly Version OldestKubectl = new(1, 27);

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

        var doors = ((YamlSequenceNode)At(policy, "spec", "ingress"))
            .SelectMany(rule => ((YamlSequenceNode)At(rule, "ports")).Select(port => $"{Text(At(port, "protocol"))} {Text(At(port, "port"))}: {Peers(rule)}"));
        Assert.Equal(
            [
                "TCP gateway: namespaceSelector(genops.dev/gateway-client=true) podSelector(genops.dev/gateway-client=true)",
                "TCP http: anyone",
                "TCP metrics: namespaceSelector(kubernetes.io/metadata.name=monitoring)",
                "TCP silo: podSelector(app.kubernetes.io/component=silo app.kubernetes.io/name=genops-control-plane)",
            ],
            doors.Order(StringComparer.Ordinal));
        Assert.Equal(["Egress", "Ingress"], ((YamlSequenceNode)At(policy, "spec", "policyTypes")).Select(Text).Order());
    }

    [Theory]
    [InlineData("overlays/production")]
    [InlineData("overlays/small")]
    public async Task Objects_Built_FitTogether(string folder)
    {
        var objects = await BuildAsync(folder);
        var deployment = objects.Single(one => Kind(one) == "Deployment");
        var pods = objects.Where(one => Kind(one) is "Deployment" or "Job").Select(one => Labels(At(one, "spec", "template", "metadata", "labels"))).ToArray();
        var silo = Labels(At(deployment, "spec", "template", "metadata", "labels"));
        var container = ((YamlSequenceNode)At(deployment, "spec", "template", "spec", "containers")).Single();
        var ports = ((YamlSequenceNode)At(container, "ports")).Select(port => Text(At(port, "name"))).ToArray();
        Assert.Equal(["gateway", "http", "metrics", "silo"], ports.Order(StringComparer.Ordinal));

        // Who chooses silos by their labels finds them, and does not find the migration.
        Assert.Equal(silo, Labels(At(deployment, "spec", "selector", "matchLabels")));
        Assert.Equal(silo, Labels(At(objects.Single(one => Kind(one) == "PodDisruptionBudget"), "spec", "selector", "matchLabels")));
        Assert.All(objects.Where(one => Kind(one) == "Service"), service => Assert.Equal(silo, Labels(At(service, "spec", "selector"))));
        Assert.All(
            (YamlSequenceNode)At(deployment, "spec", "template", "spec", "topologySpreadConstraints"),
            spread => Assert.Equal(silo, Labels(At(spread, "labelSelector", "matchLabels"))));
        var policies = objects.Where(one => Kind(one) == "NetworkPolicy").Select(one => Labels(At(one, "spec", "podSelector", "matchLabels")));
        Assert.Equal(pods.Order(StringComparer.Ordinal), policies.Order(StringComparer.Ordinal));

        // Every port that is spoken of by name is one of the container's.
        var named = objects.Where(one => Kind(one) == "Service").SelectMany(one => (YamlSequenceNode)At(one, "spec", "ports")).Select(port => Text(At(port, "targetPort")))
            .Concat(objects.Where(one => Kind(one) == "NetworkPolicy").SelectMany(Rules).SelectMany(rule => (YamlSequenceNode)At(rule, "ports")).Select(port => Text(At(port, "port"))))
            .Where(port => !int.TryParse(port, CultureInfo.InvariantCulture, out _))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(ports.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));

        foreach (var (probe, path) in ((string, string)[])[("startupProbe", "/health/live"), ("livenessProbe", "/health/live"), ("readinessProbe", "/health/ready")])
            Assert.Equal($"{probe} http {path}", $"{probe} {Text(At(container, probe, "httpGet", "port"))} {Text(At(container, probe, "httpGet", "path"))}");

        foreach (var scaler in objects.Where(one => Kind(one) == "HorizontalPodAutoscaler"))
        {
            var target = At(scaler, "spec", "scaleTargetRef");
            Assert.Equal(
                ("apps/v1", "Deployment", Text(At(deployment, "metadata", "name"))),
                (Text(At(target, "apiVersion")), Text(At(target, "kind")), Text(At(target, "name"))));
        }

        // What a pod mounts it has declared.
        foreach (var pod in Pods(objects))
        {
            Assert.Equal(
                ((YamlSequenceNode)At(pod, "volumes")).Select(volume => Text(At(volume, "name"))).Order(StringComparer.Ordinal),
                ((YamlSequenceNode)At(((YamlSequenceNode)At(pod, "containers")).Single(), "volumeMounts")).Select(mount => Text(At(mount, "name"))).Order(StringComparer.Ordinal));
        }
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
        if (answer.Value.Code != 0 && await VersionAsync() is var version && version < OldestKubectl)
            Assert.Skip($"kubectl {version} can't read these manifests: {OldestKubectl} or newer does");
        Assert.True(answer.Value.Code == 0, answer.Value.Errors);
        Assert.Equal("", answer.Value.Errors); // nothing deprecated

        var yaml = new YamlStream();
        yaml.Load(new StringReader(answer.Value.Output));
        return [.. yaml.Documents.Select(document => document.RootNode)];
    }

    private static async Task<Version> VersionAsync()
    {
        var answer = await Tool.TryRunAsync(TestContext.Current.CancellationToken, "kubectl", "version", "--client", "--output=json");
        var version = Release().Match(answer!.Value.Output);
        Assert.True(version.Success, $"{answer.Value.Output}{answer.Value.Errors}");
        return Version.Parse(version.Groups[1].Value);
    }

    /// <summary>Whom a rule lets in; an empty list and no list are both anyone.</summary>
    private static string Peers(YamlNode rule) =>
        ((YamlMappingNode)rule).Children.TryGetValue("from", out var from) && (YamlSequenceNode)from is { Children.Count: > 0 } peers
            ? string.Join(" or ", peers.Select(peer => string.Join(" ", ((YamlMappingNode)peer).Select(part => $"{Text(part.Key)}({Selected(part.Value)})").Order(StringComparer.Ordinal))))
            : "anyone";

    private static string Selected(YamlNode selector) => ((YamlMappingNode)selector).Children.Count switch
    {
        0 => "any",
        1 when ((YamlMappingNode)selector).Children.TryGetValue("matchLabels", out var labels) => Labels(labels),
        _ => selector.ToString(),
    };

    private static string Labels(YamlNode labels) =>
        string.Join(" ", ((YamlMappingNode)labels).Select(label => $"{Text(label.Key)}={Text(label.Value)}").Order(StringComparer.Ordinal));

    private static IEnumerable<YamlNode> Rules(YamlNode policy) =>
        ((YamlMappingNode)At(policy, "spec")).Where(part => Text(part.Key) is "ingress" or "egress").SelectMany(part => (YamlSequenceNode)part.Value);

    private static IEnumerable<YamlNode> Pods(IEnumerable<YamlNode> objects) =>
        objects.Where(one => Kind(one) is "Deployment" or "Job").Select(one => At(one, "spec", "template", "spec"));

    private static string Kind(YamlNode one) => Text(At(one, "kind"));

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (here, key) => here[key]);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex("\"gitVersion\": *\"v([0-9]+[.][0-9]+)")]
    private static partial Regex Release();

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex Reference();
}
