import type { FastifyInstance } from 'fastify';
import { openApi } from '../openapi.ts';
import { type AnyOperation, isMedia } from '../operation.ts';
import { operations } from '../operations.ts';

/** `/docs` for people and `/openapi.json` for programs. The page fetches nothing, not even from here, and runs no script. */
export function addDocs(app: FastifyInstance): void {
  // Made when first asked for: most processes never are.
  let document: string | undefined;
  let page: string | undefined;
  app.get('/openapi.json', async (_, reply) => reply.type('application/json; charset=utf-8').send((document ??= JSON.stringify(openApi()))));
  app.get('/docs', async (_, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send((page ??= docsPage())),
  );
}

function docsPage(): string {
  const document = openApi() as { components: { schemas: Record<string, object> }; paths: Record<string, Record<string, Described>> };
  const sections = Object.values<AnyOperation>(operations).map((operation) => {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    const described = document.paths[path]![operation.method.toLowerCase()]!;
    const parameters = described.parameters ?? [];
    const body = described.requestBody?.content['application/json']?.schema;
    const rows = parameters.map(
      ({ name, in: where, required, description, schema }) =>
        `<tr><td><code>${escaped(name)}</code></td><td>${where}${required ? ', required' : ''}</td><td>${escaped(description ?? '')} <code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
    );
    const answer = isMedia(operation.answers)
      ? `<p>${escaped(operation.answers.media.join(' · '))}</p>`
      : code(described.responses[operation.status]!.content['application/json']!.schema);
    return `<section id="${operation.id}"><h2><code>${operation.method} /api/v1${escaped(path)}</code></h2><p>${escaped(operation.summary)}. Scope <code>${operation.scope}</code>.</p>${
      rows.length > 0 ? `<table>${rows.join('')}</table>` : ''
    }${body ? `<h3>Body</h3>${code(body)}` : ''}<h3>Answer ${operation.status}</h3>${answer}</section>`;
  });
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => `<section id="schema-${name}"><h2>${name}</h2>${code(schema)}</section>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>ai-agents API</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
pre{background:#f4f4f4;padding:.75rem;overflow:auto;font-size:.85rem}table{border-collapse:collapse}td{padding:.2rem .8rem .2rem 0;vertical-align:top}
h2{margin:2.5rem 0 .5rem;font-size:1.1rem}h3{margin:1rem 0 .3rem;font-size:.95rem}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#222}a{color:#8ab4ff}}
</style><h1>ai-agents API</h1><p>Send <code>Authorization: Bearer TOKEN</code> with every request. The same as OpenAPI 3.1: <a href="/openapi.json">openapi.json</a>.
Every error is <a href="#schema-Problem">a problem document</a> (RFC 9457).</p>${sections.join('\n')}<h1>Schemas</h1>${schemas.join('\n')}</html>\n`;
}

interface Described {
  readonly parameters?: readonly { name: string; in: string; required: boolean; description?: string; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

const code = (schema: object): string =>
  `<pre>${escaped(JSON.stringify(schema, null, 2)).replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`;
