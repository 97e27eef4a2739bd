using GenOps.ControlPlane.Silo.Demo;
using GenOps.ControlPlane.Silo.Demo.Traces;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class TraceReaderTests
{
    private const string First = "2023-11-16 18:15:46.6805900,374,44";

    [Theory]
    [InlineData("", "t.csv:1: the first line must be 'TIMESTAMP,ContextTokens,GeneratedTokens', not ''")]
    [InlineData("time,in,out\n" + First, "t.csv:1: the first line must be 'TIMESTAMP,ContextTokens,GeneratedTokens', not 'time,in,out'")]
    [InlineData(TraceReader.Header, "t.csv:2: there is no call after the header")]
    [InlineData(TraceReader.Header + "\n" + First + "\n\n" + First, "t.csv:3: a line has 3 fields, not 1: ''")]
    [InlineData(TraceReader.Header + "\n" + First + ",7", "t.csv:2: a line has 3 fields, not 4: '2023-11-16 18:15:46.6805900,374,44,7'")]
    [InlineData(TraceReader.Header + "\nyesterday,1,2", "t.csv:2: TIMESTAMP must be a time such as 2023-11-16 18:15:46.6805900, not 'yesterday'")]
    [InlineData(TraceReader.Header + "\n2023-11-16 18:15:46,-1,2", "t.csv:2: ContextTokens must be a whole number from 0 to 10000000, not '-1'")]
    [InlineData(TraceReader.Header + "\n2023-11-16 18:15:46,1,2.5", "t.csv:2: GeneratedTokens must be a whole number from 0 to 10000000, not '2.5'")]
    [InlineData(TraceReader.Header + "\n2023-11-16 18:15:46,1,10000001", "t.csv:2: GeneratedTokens must be a whole number from 0 to 10000000, not '10000001'")]
    [InlineData(TraceReader.Header + "\n2023-11-16 18:15:46,,2", "t.csv:2: ContextTokens must be a whole number from 0 to 10000000, not ''")]
    public void Read_NoTrace_NamesTheLine(string text, string message)
    {
        var error = Assert.Throws<DemoException>(() => Read(text));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Read_LineTooLong_NamesTheLine()
    {
        var error = Assert.Throws<DemoException>(() => Read($"{TraceReader.Header}\n{new string('1', 1_001)}"));
        Assert.Equal("t.csv:2: a line has at most 1,000 characters, not 1,001", error.Message);
    }

    [Fact]
    public void Read_TooManyCalls_NamesTheLine()
    {
        var error = Assert.Throws<DemoException>(
            () => TraceReader.Read(new StringReader($"{TraceReader.Header}\n{First}\n{First}\n{First}"), "t.csv", new TraceLimits { CallsMax = 2 }));
        Assert.Equal("t.csv:4: a trace has at most 2 calls", error.Message);
    }

    [Fact]
    public void Read_CallsOutOfOrder_AreNumberedByArrivalAndThenByLine()
    {
        var calls = Read($"{TraceReader.Header}\r\n2023-11-16 18:00:02,3,30\r\n2023-11-16 18:00:01,1,10\r\n2023-11-16 18:00:01.0,2,20\r\n");
        Assert.Equal([new TraceCall(1, 1, 10), new TraceCall(2, 2, 20), new TraceCall(3, 3, 30)], calls);
    }

    [Fact]
    public void ReadFile_MissingFile_NamesTheOption()
    {
        var error = Assert.Throws<DemoException>(() => TraceReader.ReadFile("/nowhere/t.csv", new TraceLimits()));
        Assert.StartsWith("--trace: the file '/nowhere/t.csv' can't be read: ", error.Message);
    }

    [Fact]
    public void ReadFile_ShippedTrace_IsWhole()
    {
        var calls = TraceReader.ReadFile(new DemoOptions().TracePath, new TraceLimits());
        Assert.Equal(19_366, calls.Length);
        Assert.Equal(new TraceCall(1, 374, 44), calls[0]);
        Assert.Equal(new TraceCall(19_366, 197, 183), calls[^1]);
        Assert.Equal(22_361_870, calls.Sum(call => call.ContextTokens));
        Assert.Equal(4_088_665, calls.Sum(call => call.GeneratedTokens));
        Assert.Equal(1_000, calls.Max(call => call.GeneratedTokens));
    }

    private static IEnumerable<TraceCall> Read(string text) => TraceReader.Read(new StringReader(text), "t.csv", new TraceLimits());
}
