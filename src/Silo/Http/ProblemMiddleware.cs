using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Json;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Turns everything that is not an answer into problem+json, and tells nothing about our insides.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    private static readonly TimeSpan RetryLeast = TimeSpan.FromSeconds(1);

    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Explain(context, error));
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await WriteAsync(context, OfStatus(context));
    }

    private Problem Explain(HttpContext context, Exception error)
    {
        switch (error)
        {
            case InvalidRequestException invalid:
                return Problem.Of(invalid.Status, invalid.Code, invalid.Message, invalid.Field);

            case UnavailableException unavailable:
                SetRetryAfter(context, unavailable.RetryAfter);
                return Problem.Of(unavailable.Status, unavailable.Code, unavailable.Message);

            case GenOpsException known:
                return Problem.Of(known.Status, known.Code, known.Message);

            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Problem.Of(413, "too_large", "body: is larger than this server takes", "body");

            case BadHttpRequestException bad:
                return Problem.Of(bad.StatusCode, "invalid_request", bad.Message);

            case TimeoutException or OrleansException:
                // Whether it was done is not known; the same id sent again finds out.
                ProblemLog.Unanswered(log, context.Request.Method, context.Request.Path, error);
                SetRetryAfter(context, RetryLeast);
                return Problem.Of(503, "unavailable", "no answer in time; send the same request again, with the same id");

            default:
                var traceId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
                ProblemLog.Unexpected(log, context.Request.Method, context.Request.Path, traceId, error);
                return Problem.Of(500, "internal_error", $"an error on our side; quote {traceId} to the operator", null, traceId);
        }
    }

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problem.Of(404, "not_found", $"there is nothing at {context.Request.Path}; the paths are in /openapi/v1.json"),
        405 => Problem.Of(405, "method_not_allowed",
            $"{context.Request.Method} is not possible here; possible: {context.Response.Headers.Allow}"),
        415 => Problem.Of(415, "unsupported_media_type", "send the body as JSON, with the header 'Content-Type: application/json'"),
        var status => Problem.Of(status, "invalid_request", "the request can't be understood"),
    };

    private static void SetRetryAfter(HttpContext context, TimeSpan wait)
    {
        var seconds = Math.Ceiling((wait < RetryLeast ? RetryLeast : wait).TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString("0", CultureInfo.InvariantCulture);
    }

    private static async Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;

        // The rest of the body is never read, so the connection ends; a client that reused it would lose its next request.
        if (problem.Status == StatusCodes.Status413PayloadTooLarge)
            context.Response.Headers.Connection = "close";

        context.Response.ContentType = Problem.MediaType;
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(context.Response.Body, problem, GenOpsJson.Http, context.RequestAborted);
    }
}
