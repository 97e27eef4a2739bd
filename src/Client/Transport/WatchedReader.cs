using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace GenOps.ControlPlane.Client;

/// <summary>Passes everything through, and tells the line when something came.</summary>
internal sealed class WatchedReader(PipeReader inner, GatewayLine line) : PipeReader
{
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Noted(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;

        Noted(result);
        return true;
    }

    private ReadResult Noted(ReadResult result)
    {
        if (!result.Buffer.IsEmpty)
            line.Received();
        return result;
    }
}
