using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class LedgerSnapshotSerializerTests
{
    private static readonly LedgerSnapshotSerializer Serializer = new();

    [Fact]
    public void Serialize_ThenDeserialize_GivesTheSameSnapshot()
    {
        var snapshot = new LedgerSnapshot { HeadNumber = 1L << 40, HeadHash = [1, 2, 3], Payload = [4, 5, 6, 7] };

        var read = Serializer.Deserialize<LedgerSnapshot>(Serializer.Serialize(snapshot))!;

        Assert.Equal(snapshot.HeadNumber, read.HeadNumber);
        Assert.Equal(snapshot.HeadHash, read.HeadHash);
        Assert.Equal(snapshot.Payload, read.Payload);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 32, 1 })]
    public void Deserialize_SomethingElse_IsRefused(byte[] bytes) =>
        Assert.Throws<InvalidDataException>(() => Serializer.Deserialize<LedgerSnapshot>(new BinaryData(bytes)));

    [Fact]
    public void Serialize_AnotherType_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => Serializer.Serialize("state"));
}
