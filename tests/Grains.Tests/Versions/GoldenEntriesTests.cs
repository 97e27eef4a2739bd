using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Versions;

public sealed class GoldenEntriesTests
{
    private const string Write = "WRITE_GOLDEN";

    public static TheoryData<string> Versions { get; } = [.. ReleasedFiles.All.Select(version => version.ToString())];

    [Fact]
    public void Entries_AsThisBuildWritesThem_AreThoseOfItsVersion()
    {
        var written = GoldenLedger.Entries.Select(entry => Encoding.UTF8.GetString(entry.Text.Span)).ToArray();

        // Written once for each version: what stands in a ledger is never edited.
        if (Environment.GetEnvironmentVariable(Write) == "1" && !File.Exists(ReleasedFiles.PathOf(ReleasedFiles.Current, GoldenEntries.FileName)))
            ReleasedFiles.Write(GoldenEntries.FileName, written);

        Assert.Equal(ReleasedFiles.LinesOf(ReleasedFiles.Current, GoldenEntries.FileName), written);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Entries_OfAReleasedVersion_SayAllThatTheySaid(string version)
    {
        foreach (var entry in GoldenEntries.Of(Version.Parse(version)))
        {
            var content = EntryText.Read(entry);
            using var document = JsonDocument.Parse(entry.Text);
            var said = document.RootElement.GetProperty("data").GetRawText();

            Assert.Equal(LedgerKinds.TypeOf(entry.Kind), content.GetType());
            Assert.Equal(entry.Workload, content.About);
            Assert.Equal(said, JsonSerializer.Serialize(content, content.GetType(), GenOpsJson.Canonical));
        }
    }

    [Fact]
    public void Entries_OfTheCurrentVersion_HaveEveryKindWithEveryMember()
    {
        var said = GoldenEntries.Of(ReleasedFiles.Current).SelectMany(entry =>
        {
            using var document = JsonDocument.Parse(entry.Text);
            return document.RootElement.GetProperty("data").EnumerateObject().Select(member => $"entry {entry.Kind} {member.Name}").ToArray();
        }).ToHashSet();
        var known = ContractSurface.Lines()
            .Where(line => line.StartsWith("json entry ", StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ')[1..4]))
            .Where(member => LedgerKinds.IsWritten(member.Split(' ')[1]));

        Assert.Empty(known.Except(said));
        Assert.Empty(LedgerKinds.All.Where(LedgerKinds.IsWritten).Except(GoldenEntries.Of(ReleasedFiles.Current).Select(entry => entry.Kind)));
    }

    [Fact]
    public void Entries_OfTheCurrentVersion_HaveEveryMemberAndWordThatStandsInOne()
    {
        var texts = string.Concat(GoldenEntries.Of(ReleasedFiles.Current).Select(entry => Encoding.UTF8.GetString(entry.Text.Span)));
        var lines = ContractSurface.Lines().Where(line => line.StartsWith("json genops.", StringComparison.Ordinal)).Select(line => line.Split(' '));
        var expected = lines.Where(parts => parts[2] != "by").Select(parts => parts[2] == "=" ? parts[3] : $"\"{parts[2]}\":").Distinct().ToArray();

        Assert.Equal(expected, expected.Where(text => texts.Contains(text, StringComparison.Ordinal)));
    }
}
