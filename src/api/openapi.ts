import { z } from 'zod';
import { type AnyOperation, isMedia } from './operation.ts';
import { operations } from './operations.ts';
import { ProblemBody } from './problem.ts';

type Json = { [key: string]: unknown };

/** The OpenAPI 3.1 document of everything that /api/v1 does. `docs/openapi.json` is this, and compared in CI. */
export function openApi(): Json {
  const components: Json = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { $schema, $defs, ...json } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Json & { $defs?: Json };
    Object.assign(components, $defs);
    const id = z.globalRegistry.get(schema)?.id;
    if (id === undefined) return json;
    components[id] = json;
    return { $ref: `#/$defs/${id}` };
  };
  const problem = schemaOf(ProblemBody, 'output');
  const paths: { [path: string]: Json } = {};
  for (const operation of Object.values<AnyOperation>(operations)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schemaOf, problem) };
  }
  const document = {
    openapi: '3.1.1',
    info: {
      title: 'ai-agents',
      version: '1',
      summary: 'Proves that a deployment story is done: a verdict with evidence for every criterion and every ticked task.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token made by `ai-agents token create`' } },
    },
  };
  // Zod refers within each schema; in one document all of them stand in one place.
  return JSON.parse(JSON.stringify(document).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function describe(operation: AnyOperation, schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json, problem: Json): Json {
  const parameters = [
    ...parametersIn('path', operation.params, schemaOf),
    ...parametersIn('query', operation.query, schemaOf),
    ...parametersIn('header', operation.headers, schemaOf),
  ];
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: `Needs a token with the scope \`${operation.scope}\`.`,
    ...(parameters.length > 0 && { parameters }),
    ...(hasFields(operation.body) && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(operation.body, 'input') } } } }),
    responses: {
      [operation.status]: { description: operation.summary, content: contentOf(operation, schemaOf) },
      default: { description: 'What went wrong', content: { 'application/problem+json': { schema: problem } } },
    },
  };
}

const hasFields = (schema: z.ZodObject): boolean => Object.keys(schema.shape).length > 0;

function parametersIn(where: 'path' | 'query' | 'header', schema: z.ZodObject, schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json): Json[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...json } = schemaOf(field as z.ZodType, 'output');
    const required = where === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: where, required, ...(description !== undefined && { description }), schema: json };
  });
}

function contentOf({ answers }: AnyOperation, schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json): Json {
  if (!isMedia(answers)) return { 'application/json': { schema: schemaOf(answers, 'output') } };
  return Object.fromEntries(answers.media.map((type) => [type.replace(/;.*/, ''), { schema: { type: 'string' } }]));
}
