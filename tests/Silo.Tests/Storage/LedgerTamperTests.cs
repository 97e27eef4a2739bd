using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class LedgerTamperTests : IDisposable
{
    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_UntouchedLedger_CountsEverything()
    {
        await WriteAsync();

        Assert.Equal(new LedgerVerification(3, 11, null), await VerifyAsync());
        Assert.Equal(new LedgerVerification(2, 6, null), await VerifyAsync("b/acme/"));
    }

    [Theory]
    [InlineData("UPDATE ledger SET text = replace(text, 'note-3', 'note-4') WHERE stream = 'b/acme/usd' AND seq = 3", 3, "its text is not what was hashed")]
    [InlineData("UPDATE ledger SET text = CAST(x'ff00' AS TEXT) WHERE stream = 'b/acme/usd' AND seq = 3", 3, "its text is not what was hashed")]
    [InlineData("UPDATE ledger SET hash = CAST(x'00' || substr(hash, 2) AS BLOB) WHERE stream = 'b/acme/usd' AND seq = 3", 3, "its text is not what was hashed")]
    [InlineData("UPDATE ledger SET prev = CAST(x'00' || substr(prev, 2) AS BLOB) WHERE stream = 'b/acme/usd' AND seq = 3", 3, "its link to the entry before is broken")]
    [InlineData("UPDATE ledger SET kind = 'tess.noted' WHERE stream = 'b/acme/usd' AND seq = 3", 3, "its column 'kind' does not say what its text says")]
    [InlineData("UPDATE ledger SET at = at + 1 WHERE stream = 'b/acme/usd' AND seq = 3", 3, "its column 'at' does not say what its text says")]
    [InlineData("UPDATE ledger SET at = 9223372036854775807 WHERE stream = 'b/acme/usd' AND seq = 3", 3, "the row is no entry: Arithmetic operation resulted in an overflow.")]
    [InlineData("UPDATE ledger SET workload = NULL, slot = NULL WHERE stream = 'b/acme/usd' AND seq = 5", 5, "its column 'workload' does not say what its text says")]
    [InlineData("UPDATE ledger SET slot = 12 WHERE stream = 'b/acme/usd' AND seq = 5", 5, "its column 'slot' does not say what its text says")]
    [InlineData("UPDATE ledger SET tenant = 'globex' WHERE stream = 'b/acme/usd' AND seq = 3", 3, "the row is no entry: its tenant is 'globex'")]
    [InlineData("DELETE FROM ledger WHERE stream = 'b/acme/usd' AND seq = 3", 3, "the entry is missing")]
    [InlineData("DELETE FROM ledger WHERE stream = 'b/acme/usd' AND seq = 1", 1, "the entry is missing")]
    [InlineData(
        "UPDATE ledger SET seq = 99 WHERE stream = 'b/acme/usd' AND seq = 2; UPDATE ledger SET seq = 2 WHERE stream = 'b/acme/usd' AND seq = 3; UPDATE ledger SET seq = 3 WHERE stream = 'b/acme/usd' AND seq = 99",
        2,
        "its link to the entry before is broken")]
    public async Task Verify_ChangedByOneStatement_NamesTheEntry(string sql, long seq, string why)
    {
        await WriteAsync();

        _folder.Tamper(sql);

        Assert.Equal(new BrokenLink(new StreamId("b/acme/usd"), seq, why), (await VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task Verify_StreamRenamed_NamesIt()
    {
        await WriteAsync();

        _folder.Tamper("UPDATE ledger SET stream = 'b/acme/aud' WHERE stream = 'b/acme/eur'");

        Assert.Equal(
            new BrokenLink(new StreamId("b/acme/aud"), 1, "its column 'stream' does not say what its text says"),
            (await VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task Verify_ByteFlippedInTheFile_FindsIt()
    {
        await WriteAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.DatabasePath);
        var place = bytes.AsSpan().IndexOf("note-3"u8);
        bytes[place + 5] ^= 1;
        await File.WriteAllBytesAsync(_folder.DatabasePath, bytes);

        var broken = (await VerifyAsync()).FirstBroken;

        Assert.Equal((3L, "its text is not what was hashed"), (broken!.Seq, broken.Why));
    }

    [Fact]
    public async Task Verify_DamagedPages_ReportsInsteadOfThrowing()
    {
        await WriteAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.DatabasePath);
        // That page alone: further on may be what the store reads when it opens, which is another matter.
        bytes.AsSpan(bytes.AsSpan().IndexOf("note-3"u8) / 4096 * 4096, 64).Fill(0xEE);
        await File.WriteAllBytesAsync(_folder.DatabasePath, bytes);

        var verification = await VerifyAsync();

        Assert.False(verification.Verified);
        Assert.StartsWith("the database is damaged", verification.FirstBroken!.Why);
    }

    [Fact]
    public async Task VerifyTenant_EveryKindOfStream_IsVerifiedAndNoOtherTenants()
    {
        using (var store = _folder.Open())
        {
            foreach (var name in new[] { "a/acme/bot", "b/acme/usd", "p/acme/p-1", "t/acme", "t/acme2", "p/globex/p-1" })
                await store.CommitAsync([[new TestStream(name).Next()]], default);
        }

        Assert.Equal(new LedgerVerification(4, 4, null), await VerifyAcmeAsync());

        _folder.Tamper("DELETE FROM ledger WHERE stream = 'p/globex/p-1'; UPDATE ledger SET kind = 'tess.noted' WHERE stream = 'p/acme/p-1'");
        Assert.Equal(
            new BrokenLink(new StreamId("p/acme/p-1"), 1, "its column 'kind' does not say what its text says"), (await VerifyAcmeAsync()).FirstBroken);

        async Task<LedgerVerification> VerifyAcmeAsync()
        {
            using var store = _folder.Open();
            return await new LedgerVerifier(store).VerifyTenantAsync(TenantId.Parse("acme"));
        }
    }

    private async Task WriteAsync()
    {
        using var store = _folder.Open();
        foreach (var name in new[] { "b/acme/usd", "b/acme/eur", "b/globex/usd" })
        {
            var stream = new TestStream(name);
            var count = name == "b/acme/eur" ? 1 : 4;
            for (var note = 1; note <= count; note++)
                await store.CommitAsync([[stream.Next(data: $"\"note-{note}\"")]], default);

            if (count > 1)
                await store.CommitAsync([[stream.Next(TestStream.Workload(1), LedgerSlot.Decision)]], default);
        }
    }

    private async Task<LedgerVerification> VerifyAsync(string prefix = "")
    {
        using var store = _folder.Open(pageEntriesMax: 2);
        return await new LedgerVerifier(store).VerifyAsync(prefix);
    }
}
