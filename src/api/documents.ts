import { openApi } from './openapi.ts';
import { type AnyOperation, isMedia } from './operation.ts';
import { operations } from './operations.ts';

/** The text of docs/openapi.json. */
export const openApiFile = (): string => `${JSON.stringify(openApi(), null, 2)}\n`;

/** The text of client-routes.ts: where each operation is, without what it runs. */
export function clientRoutesFile(): string {
  const lines = Object.values<AnyOperation>(operations).map(({ id, method, path, query, headers, answers }) => {
    const names = (shape: object) =>
      `[${Object.keys(shape)
        .map((name) => `'${name}'`)
        .join(', ')}]`;
    return `  ${id}: { method: '${method}', path: '${path}', query: ${names(query.shape)}, headers: ${names(headers.shape)}, text: ${isMedia(answers)} },`;
  });
  return `// Generated from operations.ts by \`npx vitest run src/api/documents.test.ts -u\`.

interface Route {
  readonly method: string;
  readonly path: string;
  /** what goes into the query, and into headers; the path says the rest, and what is left is the body */
  readonly query: readonly string[];
  readonly headers: readonly string[];
  readonly text: boolean;
}

export const routes = {
${lines.join('\n')}
} as const satisfies Record<string, Route>;
`;
}
