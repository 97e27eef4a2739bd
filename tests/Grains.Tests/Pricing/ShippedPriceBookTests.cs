using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

public sealed class ShippedPriceBookTests
{
    // Each total worked out by hand from the file, in millionths of a dollar in the comment.
    [Theory]
    [InlineData("openai", "gpt-4o", 1000, 500, 0, 0, 0, 0, 0, "0.0075")] // 2500 + 5000
    [InlineData("openai", "gpt-4o", 1000, 500, 400, 0, 0, 0, 0, "0.007")] // 600*2.5 + 400*1.25 + 5000
    [InlineData("openai", "gpt-4o-mini", 374, 44, 0, 0, 0, 0, 0, "0.0000825")] // 56.1 + 26.4
    [InlineData("anthropic", "claude-sonnet-4-5", 200_000, 1000, 0, 0, 0, 0, 0, "0.615")] // 600000 + 15000
    [InlineData("anthropic", "claude-sonnet-4-5", 200_001, 1000, 0, 0, 0, 0, 0, "1.222506")] // 1200006 + 22500
    [InlineData("anthropic", "claude-sonnet-4-5", 10_000, 100, 2000, 3000, 0, 0, 0, "0.02835")] // 15000 + 600 + 11250 + 1500
    [InlineData("google", "gemini-2.5-pro", 200_001, 10, 0, 0, 0, 0, 0, "0.5001525")] // 500002.5 + 150
    [InlineData("google", "gemini-2.5-flash", 1000, 50, 300, 0, 400, 0, 100, "0.000561")] // 400*0.3 + 200*0.03 + 300*1 + 100*0.1 + 125
    [InlineData("openai", "o3", 1000, 500, 0, 0, 0, 0, 0, "0.006")] // 2000 + 4000
    [InlineData("deepseek", "deepseek-chat", 1000, 500, 0, 0, 0, 0, 0, "0.00082")] // 270 + 550
    [InlineData("perplexity", "sonar", 1000, 500, 0, 0, 0, 0, 0, "0.0135")] // 1000 + 500 + 12000
    [InlineData("openai", "gpt-realtime", 200, 100, 0, 0, 150, 60, 0, "0.00948")] // 50*4 + 150*32 + 40*16 + 60*64
    [InlineData("azure", "claude-opus-4-6", 300_000, 0, 0, 0, 0, 0, 0, "1.5")] // anthropic's: 300000*5
    public void RealModel_AtNoonOfTheFilesDate_CostsWhatTheFileSays(
        string provider, string model, long input, long output, long read, long write, long audio, long outAudio, long audioRead, string total)
    {
        var usage = new TokenUsage(input, output, read, write, audio, outAudio, audioRead);

        var priced = Assert.IsType<Priced>(PriceBook.Default.Quote(provider, model, usage, BookText.Noon));

        Assert.Equal((provider, model, total), (priced.Provider, priced.Model, priced.Total.ToString()));
    }

    [Theory]
    [InlineData("openai", "o3", "2025-06-09T23:59:59Z", "0.03")]
    [InlineData("openai", "o3", "2025-06-10T00:00:00Z", "0.006")]
    [InlineData("deepseek", "deepseek-chat", "2026-08-21T00:29:59Z", "0.00041")]
    [InlineData("deepseek", "deepseek-chat", "2026-08-21T00:30:00Z", "0.00082")]
    [InlineData("deepseek", "deepseek-chat", "2026-08-21T16:29:59Z", "0.00082")]
    [InlineData("deepseek", "deepseek-chat", "2026-08-21T16:30:00Z", "0.00041")]
    public void RealModel_WithConditionalPrices_CostsWhatHoldsThen(string provider, string model, string at, string total) =>
        Assert.Equal(
            total,
            Assert.IsType<Priced>(
                PriceBook.Default.Quote(provider, model, new TokenUsage(1000, 500), DateTimeOffset.Parse(at, null))).Total.ToString());

    [Fact]
    public void EveryModel_OfTheFile_IsPricedOrLacksAPriceForOutput()
    {
        var book = PriceBook.Default;
        var (priced, withoutOutput) = (0, 0);
        foreach (var provider in book.Providers)
        {
            foreach (var model in provider.Models)
            {
                Assert.Null(model.Fault);
                Assert.IsType<Priced>(book.Quote(provider, model, new TokenUsage(1000, 0), BookText.Noon));
                switch (book.Quote(provider, model, new TokenUsage(1000, 500), BookText.Noon))
                {
                    case Priced:
                        priced++;
                        break;
                    case Unpriced unpriced:
                        Assert.EndsWith("has no price for output tokens, of which there are 500 (output_mtok)", unpriced.Message, StringComparison.Ordinal);
                        withoutOutput++;
                        break;
                }
            }
        }

        Assert.Equal((34, 1285, 1245, 40), (book.Providers.Length, book.Models.Count(), priced, withoutOutput));
    }

    [Theory]
    [InlineData("gpt-4o", "openai")]
    [InlineData("GPT-4o", "openai")]
    [InlineData("o3", "openai")]
    [InlineData("claude-sonnet-4-5", "anthropic")]
    [InlineData("gemini-2.5-pro", "google")]
    [InlineData("deepseek-chat", "deepseek")]
    public void Model_WithoutProvider_IsFoundByItsName(string model, string provider) =>
        Assert.Equal(
            provider,
            Assert.IsType<Priced>(PriceBook.Default.Quote(null, model, new TokenUsage(1, 1), BookText.Noon)).Provider);

    [Theory]
    [InlineData("OpenAI", "gpt-4o", "openai")]
    [InlineData(" openai ", "gpt-4o", "openai")]
    [InlineData("openai-responses", "gpt-4o", "openai")]
    [InlineData("google-vertex", "gemini-2.5-pro", "google")]
    [InlineData("xai", "grok-4.3", "x-ai")]
    [InlineData("azure", "gpt-4o", "azure")]
    [InlineData("litellm", "anthropic/claude-sonnet-4-5", "anthropic")]
    [InlineData("litellm", "gpt-4o", "openai")]
    public void Provider_UnderAnotherName_IsFound(string name, string model, string provider) =>
        Assert.Equal(
            provider,
            Assert.IsType<Priced>(PriceBook.Default.Quote(name, model, new TokenUsage(1, 1), BookText.Noon)).Provider);

    [Fact]
    public void UnknownModel_OfAKnownProvider_NamesTheNearest()
    {
        var answer = Assert.IsType<UnknownModel>(PriceBook.Default.Quote("openai", "gpt-4p", new TokenUsage(1, 1), BookText.Noon));

        Assert.Equal(["gpt-4", "gpt-4o", "gpt-4.1"], answer.Nearest);
        Assert.Equal("the price book has no model 'gpt-4p' of openai; the nearest are gpt-4, gpt-4o, gpt-4.1", answer.Message);
    }

    [Fact]
    public void UnknownProvider_NamesTheNearestProviders()
    {
        var answer = Assert.IsType<UnknownModel>(PriceBook.Default.Quote("antropic", "claude-sonnet-4-5", new TokenUsage(1, 1), BookText.Noon));

        Assert.Equal("anthropic", answer.Nearest[0]);
        Assert.Equal(3, answer.Nearest.Length);
        Assert.StartsWith("the price book has no provider 'antropic'; the nearest are anthropic, ", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownModel_WithoutProvider_NamesTheNearestOfAll()
    {
        var answer = Assert.IsType<UnknownModel>(PriceBook.Default.Quote(null, "lama-3.1-8b-instant", new TokenUsage(1, 1), BookText.Noon));

        Assert.Equal("groq/llama-3.1-8b-instant", answer.Nearest[0]);
        Assert.Equal(3, answer.Nearest.Length);
    }
}
