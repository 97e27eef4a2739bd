using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

public sealed class ContentHashTests
{
    private static readonly WorkloadRequest Request = new(
        AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"), new Attribution("support", "helpdesk", "production"),
        Model: "gpt-4o",
        Parameters: ImmutableSortedDictionary<string, ParameterValue>.Empty.Add("refund", ParameterValue.Of(250m)),
        Estimate: Estimate.Of(new Amount(Quantity.Parse("0.01"), Unit.Usd), new Amount(Quantity.FromUnits(5), Unit.Tokens)));

    [Fact]
    public void Of_ARequest_IsTheSha256OfItsCanonicalText()
    {
        const string Text = """{"agent":"support-bot","operation":{"name":"answer ticket","type":"inference"},"attribution":{"team":"support","project":"helpdesk","environment":"production"},"model":"gpt-4o","parameters":{"refund":250},"estimate":[{"amount":"0.01","unit":"USD"},{"amount":"5","unit":"tokens"}]}""";

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text))), ContentHash.Of(Request).Hex);
    }

    [Fact]
    public void Of_TheSameActionSentAgain_IsTheSame()
    {
        var again = Request with
        {
            Id = WorkloadId.Parse("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90"),
            Approval = "p-1",
            Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            TtlSeconds = 60,
            MinEpoch = new Epoch(12),
            Parameters = ImmutableSortedDictionary<string, ParameterValue>.Empty.Add("refund", ParameterValue.Of(250.00m)),
            Estimate = Estimate.Of(new Amount(Quantity.FromUnits(5), Unit.Tokens), new Amount(Quantity.Parse("0.010"), Unit.Usd)),
        };

        Assert.Equal(ContentHash.Of(Request), ContentHash.Of(again));
    }

    [Fact]
    public void Of_AnotherAction_IsAnother()
    {
        WorkloadRequest[] others =
        [
            Request with { Agent = AgentId.Parse("other") },
            Request with { Operation = new Operation("answer ticket", "tool") },
            Request with { Attribution = Request.Attribution with { CustomerId = "c" } },
            Request with { Model = "gpt-4o-mini" },
            Request with { Model = null },
            Request with { Provider = "openai" },
            Request with { Region = "eu" },
            Request with { Tool = "refund" },
            Request with { DataClassifications = ["pii"] },
            Request with { Parameters = null },
            Request with { Estimate = Estimate.OfTokens(1, 2) },
            Request with { Sla = new ServiceLevel("gold", 2000) },
        ];

        Assert.Equal(others.Length + 1, others.Append(Request).Select(ContentHash.Of).Distinct().Count());
    }

    [Fact]
    public void Parse_IsStrict()
    {
        var hash = ContentHash.Of(Request);

        Assert.Equal(hash, ContentHash.Parse(hash.Hex, null));
        Assert.Throws<FormatException>(() => ContentHash.Parse(hash.Hex.ToUpperInvariant(), null));
        Assert.Throws<FormatException>(() => ContentHash.Parse(hash.Hex[1..], null));
        Assert.False(ContentHash.TryParse(null, null, out _));
    }
}
