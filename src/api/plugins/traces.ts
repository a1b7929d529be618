import type { FastifyInstance } from 'fastify';
import type { Span, Tracer } from '../../telemetry.ts';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | undefined;
  }
}

/** A span for each request, in the caller's trace when it says which. Names and attributes: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function addTraces(app: FastifyInstance, tracer: Tracer | undefined): void {
  app.decorateRequest('span', undefined);
  if (!tracer) return;
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url;
    if (!route || route.startsWith('/health') || route === '/metrics') return; // asked every few seconds by machines
    const { traceparent } = request.headers;
    request.span = tracer.start(`${request.method} ${route}`, 'SERVER', typeof traceparent === 'string' ? traceparent : undefined, {
      'http.request.method': request.method,
      'http.route': route,
      'url.path': new URL(request.url, 'http://x').pathname,
      'request.id': request.id,
    });
  });
  app.addHook('onResponse', async ({ span, user }, { statusCode }) => {
    span?.set({ 'http.response.status_code': statusCode, ...(user && { tenant: user.tenantId }) });
    span?.end(statusCode >= 500 ? `HTTP ${statusCode}` : undefined);
  });
}
