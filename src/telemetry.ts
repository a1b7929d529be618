import type { Attributes, SpanKind as Kind } from '@opentelemetry/api';

/** One span of a trace, under way. */
export interface Span {
  /** W3C trace context, for what goes on elsewhere: https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** @param error why it failed, when it did */
  end(error?: unknown): void;
}

/** Makes spans and sends them off in the background; disposing sends the rest. */
export interface Tracer extends AsyncDisposable {
  /** @param parent the `traceparent` that it belongs to; one that is none begins a trace of its own */
  start(name: string, kind: keyof typeof Kind, parent: string | undefined, attributes?: Attributes): Span;
}

/** How long sending the last spans may hold up the end of the process, in milliseconds. */
const patience = 2_000;

/**
 * OpenTelemetry's tracer as the standard `OTEL_*` variables want it: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * Undefined when nobody set `exporter`, and then nothing of OpenTelemetry is loaded.
 * @param service what the spans are of, when `OTEL_SERVICE_NAME` does not say
 */
export async function openTracer(exporter: 'otlp' | 'console' | undefined, service: string): Promise<Tracer | undefined> {
  if (exporter === undefined) return undefined;
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace }, { parseTraceParent }, { detectResources, envDetector, resourceFromAttributes }, sdk] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/core'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
    ]);
  const processor =
    exporter === 'console'
      ? new sdk.SimpleSpanProcessor(new sdk.ConsoleSpanExporter())
      : new sdk.BatchSpanProcessor(new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter());
  const provider = new sdk.BasicTracerProvider({
    // what the variables say wins
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('ai-agents');
  return {
    start(name, kind, parent, attributes = {}) {
      const remote = parent === undefined ? null : parseTraceParent(parent);
      const context = remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : ROOT_CONTEXT;
      const span = tracer.startSpan(name, { kind: SpanKind[kind], attributes }, context);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`,
        set: (more) => void span.setAttributes(more),
        end(error) {
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
          span.end();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const late = new Promise((resolve) => setTimeout(resolve, patience).unref());
      await Promise.race([provider.shutdown().catch(() => {}), late]); // a collector that is away keeps nothing from ending
    },
  };
}
