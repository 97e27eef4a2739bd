using System.Text;

namespace GenOps.ControlPlane.Pricing;

public sealed class PriceBookFileTests
{
    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("[", "line 1, byte 2")]
    [InlineData("[{ \"id\": \"p\",\n  \"models\": [ }]", "line 2, byte 15")]
    [InlineData("{}", "$")]
    [InlineData("null", "$")]
    [InlineData("[]", "$")]
    [InlineData("[1]", "$[0]")]
    [InlineData("""[{ "models": [] }]""", "$[0].id")]
    [InlineData("""[{ "id": "", "models": [] }]""", "$[0].id")]
    [InlineData("""[{ "id": 1, "models": [] }]""", "$[0].id")]
    [InlineData("""[{ "id": "p" }]""", "$[0].models")]
    [InlineData("""[{ "id": "p", "models": {} }]""", "$[0].models")]
    [InlineData("""[{ "id": "p", "models": [] }, { "id": "p", "models": [] }]""", "$[1].id")]
    [InlineData("""[{ "id": "p", "models": [7] }]""", "$[0].models[0]")]
    [InlineData("""[{ "id": "p", "models": [{ "match": { "equals": "m" }, "prices": {} }] }]""", "$[0].models[0].id")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "prices": {} }] }]""", "$[0].models[0].match")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": "m", "prices": {} }] }]""", "$[0].models[0].match")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "equals": 4 }, "prices": {} }] }]""", "$[0].models[0].match.equals")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "or": {} }, "prices": {} }] }]""", "$[0].models[0].match.or")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "or": [1] }, "prices": {} }] }]""", "$[0].models[0].match.or[0]")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "equals": "m" } }] }]""", "$[0].models[0].prices")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "equals": "m" }, "prices": 3 }] }]""", "$[0].models[0].prices")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "equals": "m" }, "prices": [3] }] }]""", "$[0].models[0].prices[0]")]
    [InlineData("""[{ "id": "p", "models": [{ "id": "m", "match": { "equals": "m" }, "prices": [{}] }] }]""", "$[0].models[0].prices[0].prices")]
    [InlineData("""[{ "id": "p", "models": [], "fallback_model_providers": "q" }]""", "$[0].fallback_model_providers")]
    [InlineData("""[{ "id": "p", "models": [], "fallback_model_providers": [1] }]""", "$[0].fallback_model_providers[0]")]
    [InlineData("""[{ "id": "p", "models": [], "provider_match": [] }]""", "$[0].provider_match")]
    [InlineData("""[{ "id": "\ud800", "models": [] }]""", "$")]
    public void File_ThatIsNoPriceBook_IsRefusedWithThePlace(string json, string path)
    {
        var error = Assert.Throws<PriceBookException>(() => BookText.Read(json));

        Assert.Equal(path, error.Path);
        Assert.Equal((400, "invalid_price_book"), (error.Status, error.Code));
        Assert.StartsWith($"price book: {path} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_WithAPriceGivenTwice_IsRefused() =>
        Assert.Throws<PriceBookException>(() => BookText.WithPrices("""{ "input_mtok": 1, "input_mtok": 2 }"""));

    [Fact]
    public void File_DeeperThanTheLimit_IsRefused() =>
        Assert.Throws<PriceBookException>(() => BookText.Read(new string('[', 65) + new string(']', 65)));

    [Fact]
    public void File_LargerThanTheLimit_IsRefused()
    {
        var error = Assert.Throws<PriceBookException>(() => BookText.Read("[         ]", new PriceBookOptions { FileBytesMax = 10 }));

        Assert.Equal("price book: $ has 11 bytes, more than the 10 of FileBytesMax", error.Message);
    }

    [Fact]
    public void File_WithByteOrderMarkAndUnknownFields_IsRead()
    {
        var book = BookText.Read(
            "\uFEFF" + """[{ "id": "p", "news": {}, "models": [{ "id": "m", "mood": 1, "match": { "equals": "m" }, "prices": { "input_mtok": 1 } }] }]""");

        Assert.Equal([("p", "m")], book.Models);
    }

    [Fact]
    public void Version_OfAFile_IsTheStartOfItsHash()
    {
        Assert.Equal("genai-prices:sha256:cca400c914ecd66d", PriceBook.Default.Version);
        Assert.NotEqual(
            PriceBook.Read(Encoding.UTF8.GetBytes("""[{ "id": "p", "models": [] }]""")).Version,
            PriceBook.Read(Encoding.UTF8.GetBytes("""[{ "id": "q", "models": [] }]""")).Version);
    }
}
