using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>Dashboard and alerts are readable, and lead somewhere. That their metrics exist is tested against a real cluster.</summary>
public sealed partial class MonitoringTests
{
    [Fact]
    public void Dashboard_Panels_AskTheChosenSourceAndOverlapNowhere()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("deploy", "grafana", "dashboards", "genops.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToArray();

        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var taken = new HashSet<(int, int)>();
        foreach (var panel in panels)
        {
            var place = panel.GetProperty("gridPos");
            for (var y = place.GetProperty("y").GetInt32(); y < place.GetProperty("y").GetInt32() + place.GetProperty("h").GetInt32(); y++)
            {
                for (var x = place.GetProperty("x").GetInt32(); x < place.GetProperty("x").GetInt32() + place.GetProperty("w").GetInt32(); x++)
                    Assert.True(x < 24 && taken.Add((x, y)), $"'{panel.GetProperty("title").GetString()}' lies on another panel");
            }

            if (panel.GetProperty("type").GetString() == "row")
                continue;

            Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
                Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString());
        }
    }

    [Fact]
    public void Alerts_Each_HasItsLinesInTheRunbook()
    {
        var page = Repository.Read("docs", "operate.md");
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read("deploy", "prometheus", "alerts.yml")));
        var rules = ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"])
            .SelectMany(group => (YamlSequenceNode)group["rules"])
            .ToArray();

        Assert.Equal(Heading().Matches(page).Select(match => match.Groups[1].Value), rules.Select(rule => Text(rule["alert"])));
        foreach (var rule in rules)
        {
            Assert.Equal($"docs/operate.md#{Text(rule["alert"]).ToLowerInvariant()}", Text(rule["annotations"]["runbook"]));
            Assert.Contains(Text(rule["labels"]["severity"]), (string[])["warning", "critical"]);
        }

        static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
    }

    [Fact]
    public async Task Prometheus_WhereItsCheckerIs_TakesConfigurationAndRules()
    {
        var answer = await Tool.TryRunAsync(TestContext.Current.CancellationToken, "promtool", "check", "config", "deploy/prometheus/prometheus.yml");
        if (answer is null && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail("promtool is missing, without which CI does not know whether Prometheus takes the rules. On Debian and Ubuntu: apt-get install prometheus");
        if (answer is null)
            Assert.Skip("promtool is not installed (Debian: prometheus); the expressions are checked without it, too");

        Assert.True(answer.Value.Code == 0, $"{answer.Value.Output}{answer.Value.Errors}");
    }

    [GeneratedRegex("^#### (GenOps[A-Za-z]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
