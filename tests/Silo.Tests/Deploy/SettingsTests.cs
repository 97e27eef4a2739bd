using System.CommandLine;
using System.Text.RegularExpressions;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>What the deployment and its page name is what the program reads, and what it reads is on the page.</summary>
public sealed partial class SettingsTests
{
    [Fact]
    public void EnvironmentVariables_OfTheDeployment_AreRead()
    {
        var read = Read();
        foreach (var (file, text) in Deployment())
        {
            foreach (var name in Variable().Matches(text).Select(match => match.Value))
                Assert.True(read.Contains(name), $"{file} names {name}, which the program does not read");
        }
    }

    [Fact]
    public void EnvironmentVariables_Read_AreOnThePage()
    {
        var documented = Row().Matches(Page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(Read().Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void Flags_OfTheDeployment_AreTheProgramsOwn()
    {
        var root = CommandLine.Create();
        var flags = All(root).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet(StringComparer.Ordinal);
        var commands = root.Subcommands.Select(command => command.Name).ToHashSet(StringComparer.Ordinal);
        var called = 0;
        foreach (var (file, text) in Deployment())
        {
            foreach (Match call in Call().Matches(text))
            {
                called++;
                foreach (var word in Word().Matches(call.Groups[1].Value).Select(match => match.Value))
                {
                    Assert.True(
                        word.StartsWith("--", StringComparison.Ordinal) ? flags.Contains(word) : commands.Contains(word),
                        $"{file} calls the program with '{word}', which it does not know");
                }
            }
        }

        Assert.True(called == 4, $"{called} calls found");
    }

    [Fact]
    public void Flags_OfTheNode_AreOnThePage()
    {
        var root = CommandLine.Create();
        foreach (var option in root.Options.Where(option => option is not System.CommandLine.Help.HelpOption and not VersionOption))
            Assert.Contains($"`{option.Name}`", Page, StringComparison.Ordinal);
        foreach (var command in root.Subcommands.Where(command => command.Name != "demo"))
            Assert.Contains($"`{command.Name}`", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Scripts_OptionsOnThePage_AreInTheirHelp()
    {
        foreach (var script in (string[])["local-cluster.sh", "backup.sh", "restore.sh"])
        {
            var text = Repository.Read("deploy", script);
            foreach (var flag in ScriptFlag().Matches(text).Select(match => match.Groups[1].Value).Where(flag => flag != "--help"))
                Assert.True(Page.Contains(flag, StringComparison.Ordinal), $"docs/operate.md does not say what {script}'s {flag} does");
        }
    }

    private static string Page => Repository.Read("docs", "operate.md");

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static IEnumerable<(string File, string Text)> Deployment() =>
        Directory.EnumerateFiles(Repository.PathOf("deploy"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/secrets/", StringComparison.Ordinal))
            .Append(Repository.PathOf("docker-compose.yml"))
            .Append(Repository.PathOf("docs", "operate.md"))
            .Select(file => (Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file)));

    /// <summary>What a node reads, on either storage: every option is bound while somebody listens.</summary>
    private static HashSet<string> Read()
    {
        var data = Directory.CreateTempSubdirectory("genops-settings-").FullName;
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var storage in Enum.GetValues<NodeStorage>())
        {
            var asked = new AskedKeys();
            var builder = NodeHost.CreateBuilder();
            ((IConfigurationBuilder)builder.Configuration).Add(asked);
            _ = NodeOptions.Read(builder.Configuration);
            var options = new NodeOptions { Storage = storage, Data = data, SiloPort = 0, GatewayPort = 0, Urls = "http://127.0.0.1:0" };
            builder.Configuration["GenOps:Postgres:ConnectionString"] = "Host=127.0.0.1;Database=none;Username=nobody";
            IServiceCollection? services = null;
            using var node = (IDisposable)NodeHost.Build(builder, options, built => services = built.Services);
            var provider = ((IHost)node).Services;
            var types = services!.Select(service => service.ServiceType).Where(IsBound).Select(type => type.GenericTypeArguments[0]).Distinct().ToArray();
            foreach (var type in types)
            {
                var bound = typeof(IOptions<>).MakeGenericType(type);
                _ = bound.GetProperty(nameof(IOptions<object>.Value))!.GetValue(provider.GetRequiredService(bound));
            }

            // What is worked out from others is asked for as well, and can't be set.
            var computed = types.Append(typeof(NodeOptions)).SelectMany(type => type.GetProperties())
                .Where(property => !property.CanWrite && (property.PropertyType == typeof(string) || !typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType)))
                .Select(property => property.Name)
                .ToArray();
            read.UnionWith(asked.Below("GenOps").Where(name => !computed.Any(one => name.EndsWith($"__{one}", StringComparison.Ordinal))));
        }

        Directory.Delete(data, recursive: true);
        return read;
    }

    private static bool IsBound(Type service) =>
        service.IsGenericType && service.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>)
        && service.GenericTypeArguments[0].Namespace!.StartsWith("GenOps.", StringComparison.Ordinal);

    [GeneratedRegex("GenOps__[A-Za-z]+__[A-Za-z]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\| `(GenOps__[A-Za-z]+__[A-Za-z]+)` \|[^|]*[^| ][^|]*\|[^|]*[^| ][^|]*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    // The program's own arguments, where a shell, an image or a container calls it; an argument with = is another program's.
    [GeneratedRegex("""(?:dotnet "\$program"|Silo\.dll",|args: \[|command: \[)((?: ?"?[a-z-]+"?,?| "http[^"]*",?)+)(?=\]| >)""")]
    private static partial Regex Call();

    [GeneratedRegex("(?<= |\"|^)-{0,2}[a-z-]+(?= |\"|,|$)")]
    private static partial Regex Word();

    [GeneratedRegex(@"^    (--[a-z-]+)\)", RegexOptions.Multiline)]
    private static partial Regex ScriptFlag();
}
