namespace GenOps.ControlPlane.Pricing;

/// <summary>What a price is for. A token belongs to one class; a class without price falls to the one it is part of.</summary>
public enum PriceClass
{
    /// <summary>Input tokens that are neither cached nor audio, and those whose own class has no price (<c>input_mtok</c>).</summary>
    Input,

    /// <summary>Output tokens that are not audio, and audio ones without own price (<c>output_mtok</c>).</summary>
    Output,

    /// <summary>Input tokens read from a cache (<c>cache_read_mtok</c>).</summary>
    CacheRead,

    /// <summary>Input tokens written to a cache (<c>cache_write_mtok</c>).</summary>
    CacheWrite,

    /// <summary>Audio input tokens (<c>input_audio_mtok</c>).</summary>
    InputAudio,

    /// <summary>Audio output tokens (<c>output_audio_mtok</c>).</summary>
    OutputAudio,

    /// <summary>Audio input tokens read from a cache (<c>cache_audio_read_mtok</c>).</summary>
    CacheAudioRead,

    /// <summary>The call itself, once (<c>requests_kcount</c>).</summary>
    Requests,
}
