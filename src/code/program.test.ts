import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { listeningPorts, routesOf } from './program.ts';

const sources = (files: Record<string, string>) => Object.entries(files).map(([path, text]) => new Source(path, text));
const routes = (files: Record<string, string>) => routesOf(sources(files)).map(({ method, path, complete }) => `${method} ${path}${complete ? '' : ' ?'}`);
const ports = (path: string, text: string) => listeningPorts([new Source(path, text)]).map(({ number, variable }) => [number, variable]);

describe('routes of Python programs', () => {
  const FASTAPI = 'from fastapi import APIRouter, FastAPI\n';
  test.each<[string, Record<string, string>, string[]]>([
    [
      'of an application',
      { 'main.py': `${FASTAPI}app = FastAPI()\n@app.get("/health")\nasync def health(): ...\n@app.post("/x", status_code=201)\ndef x(): ...` },
      ['GET /health', 'POST /x'],
    ],
    [
      'of a router with prefixes',
      { 'main.py': `${FASTAPI}r = APIRouter(prefix="/v1")\n@r.get("/x")\ndef x(): ...\napp = FastAPI()\napp.include_router(r, prefix="/api")` },
      ['GET /api/v1/x'],
    ],
    [
      'of a router in another file',
      {
        'src/main.py': `from src.api import health\n${FASTAPI}app = FastAPI()\napp.include_router(health.router)`,
        'src/api/health.py': `${FASTAPI}router = APIRouter(prefix="/api/v1")\n@router.get("/ready")\ndef ready(): ...`,
      },
      ['GET /api/v1/ready'],
    ],
    [
      'of a router that is imported by its name, below a folder',
      {
        'backend/app/main.py': `from app.routers.users import router as users\n${FASTAPI}app = FastAPI()\napp.include_router(users, prefix="/users")`,
        'backend/app/routers/users.py': `${FASTAPI}router = APIRouter()\n@router.get("")\ndef list(): ...`,
      },
      ['GET /users'],
    ],
    [
      'of a router that a package hands on',
      {
        'app/main.py': `from .routers import health_router\n${FASTAPI}app = FastAPI()\napp.include_router(health_router)`,
        'app/routers/__init__.py': 'from fastapi import APIRouter\nfrom .health import router as health_router\n',
        'app/routers/health.py': `${FASTAPI}router = APIRouter()\n@router.get("/live")\ndef live(): ...`,
      },
      ['GET /live'],
    ],
    [
      'of a router that a function makes',
      {
        'main.py': `${FASTAPI}def build():\n  r = APIRouter()\n  @r.get("/x")\n  def x(): ...\n  return r\napp = FastAPI()\napp.include_router(build(), prefix="/p")`,
      },
      ['GET /p/x'],
    ],
    [
      'of a router that is mounted twice',
      { 'main.py': `${FASTAPI}r = APIRouter()\n@r.get("/x")\ndef x(): ...\napp = FastAPI()\napp.include_router(r)\napp.include_router(r, prefix="/api")` },
      ['GET /x', 'GET /api/x'],
    ],
    [
      'under a prefix that the code computes',
      { 'main.py': `${FASTAPI}r = APIRouter()\n@r.get("/x")\ndef x(): ...\napp = FastAPI()\napp.include_router(r, prefix=settings.API)` },
      ['GET /x ?'],
    ],
    ['of a router that nothing mounts', { 'a.py': `${FASTAPI}r = APIRouter(prefix="/p")\n@r.get("/x")\ndef x(): ...` }, ['GET /p/x ?']],
    [
      'of Flask',
      {
        'a.py':
          'from flask import Flask, Blueprint\napp = Flask(__name__)\nbp = Blueprint("b", __name__, url_prefix="/b")\n@app.route("/h")\ndef h(): ...\n@bp.route("/x", methods=["POST", "PUT"])\ndef x(): ...\napp.register_blueprint(bp, url_prefix="/v1")',
      },
      ['GET /h', 'POST /v1/b/x', 'PUT /v1/b/x'],
    ],
    [
      'of routers that mount each other',
      { 'a.py': `${FASTAPI}a = APIRouter()\nb = APIRouter()\na.include_router(b)\nb.include_router(a)\n@a.get("/x")\ndef x(): ...` },
      ['GET /x ?'],
    ],
    ['in comments and strings', { 'a.py': `${FASTAPI}app = FastAPI()\n# @app.get("/no")\n"""\n@app.get("/no")\n"""` }, []],
  ])('%s', (_, files, expected) => {
    expect(routes(files)).toEqual(expected);
  });
});

describe('routes of TypeScript and JavaScript programs', () => {
  const EXPRESS = "import express, { Router } from 'express';\n";
  test.each<[string, Record<string, string>, string[]]>([
    [
      'of an application',
      { 'app.ts': `${EXPRESS}const app = express();\napp.get('/health', (req, res) => res.send());\napp.all('/x', h);` },
      ['GET /health', 'ANY /x'],
    ],
    [
      'of a router in another file',
      {
        'src/app.ts': `${EXPRESS}import users from './routes/users.js';\nconst app = express();\napp.use('/api', users);`,
        'src/routes/users.ts': `${EXPRESS}const router = Router();\nrouter.post('/users', h);\nexport default router;`,
      },
      ['POST /api/users'],
    ],
    [
      'of a router that a function makes',
      {
        'src/app.ts': `${EXPRESS}import { createRouter } from './routes';\nexport const createApp = (db) => {\n  const app = express();\n  const router = createRouter(db);\n  app.use('/api', router);\n  return app;\n};`,
        'src/routes/index.ts': `${EXPRESS}export function createRouter(db): Router {\n  const router = Router();\n  router.get('/x', h);\n  return router;\n}`,
      },
      ['GET /api/x'],
    ],
    [
      'of a Fastify plugin',
      {
        'app.js':
          "const fastify = require('fastify')();\nconst routes = require('./routes');\nfastify.register(routes, { prefix: '/v1' });\nfastify.route({ method: 'GET', url: '/h', handler });",
        'routes.js': "module.exports = async function (fastify, opts) {\n  fastify.get('/x', async () => ({}));\n};\n// fastify",
      },
      ['GET /h', 'GET /v1/x'],
    ],
    [
      'of Hono',
      { 'a.ts': "import { Hono } from 'hono';\nconst sub = new Hono();\nsub.get('/x', (c) => c.text('x'));\nconst app = new Hono();\napp.route('/s', sub);" },
      ['GET /s/x'],
    ],
    [
      'of NestJS',
      {
        'api/src/main.ts': "import { NestFactory } from '@nestjs/core';\nconst app = await NestFactory.create(M);\napp.setGlobalPrefix('api');",
        'api/src/health.controller.ts':
          "import { Controller, Get } from '@nestjs/common';\n@Controller('health')\nexport class H {\n  @Get()\n  a() {}\n  @Get('live')\n  b() {}\n}",
      },
      ['GET /api/health', 'GET /api/health/live'],
    ],
    [
      'of NestJS with exceptions from the prefix',
      {
        'src/main.ts': "import '@nestjs/core';\napp.setGlobalPrefix('api', { exclude: ['health'] });",
        'src/h.ts': "import '@nestjs/common';\n@Controller('h')\nclass H { @Get() a() {} }",
      },
      ['GET /h ?'],
    ],
    ['of a client', { 'a.ts': `${EXPRESS}const x = await axios.get('/api/x', {});\nawait request(app).get('/y');` }, []],
    ['of settings', { 'a.ts': `${EXPRESS}const app = express();\napp.get('env');` }, []],
  ])('%s', (_, files, expected) => {
    expect(routes(files).sort()).toEqual([...expected].sort());
  });

  test('gives the place of a route', () => {
    const [route] = routesOf(sources({ 'a.ts': `${EXPRESS}const app = express();\n\napp.get('/health', (req, res) => {\n});` }));
    expect(lineOf(route!.place)).toBe(4);
    expect(route!.place.source.text.slice(route!.place.start, route!.place.end)).toBe("app.get('/health'");
  });
});

describe('listeningPorts', () => {
  test.each<[string, string, [number, string | undefined][]]>([
    ['a.py', 'import uvicorn\nuvicorn.run("a:app", host="0.0.0.0", port=8080)', [[8080, undefined]]],
    ['a.py', 'import uvicorn\nuvicorn.run(app)', [[8000, undefined]]],
    ['a.py', 'import uvicorn\nuvicorn.run(app, port=settings.port)', []],
    ['a.py', 'import uvicorn\nuvicorn.run(app, port=int(os.getenv("PORT", "9000")))', [[9000, 'PORT']]],
    ['a.py', 'import os, uvicorn\nPORT = int(os.environ.get("P", 9000))\nuvicorn.run(app, port=PORT)', [[9000, 'P']]],
    ['a.py', 'from flask import Flask\napp = Flask(__name__)\napp.run(host="0.0.0.0", port=5001)', [[5001, undefined]]],
    ['a.py', 'from aiohttp import web\nweb.run_app(app, port=8081)', [[8081, undefined]]],
    ['a.ts', 'app.listen(8000, () => {});', [[8000, undefined]]],
    ['a.ts', "const PORT = process.env.PORT || 3000;\napp.listen(PORT, '0.0.0.0');", [[3000, 'PORT']]],
    ['a.ts', 'app.listen({ port: Number(process.env.PORT ?? 3001), host });', [[3001, 'PORT']]],
    ['a.ts', 'const port = 4000;\nserver.listen({ port });', [[4000, undefined]]],
    ['a.ts', 'serve({ fetch: app.fetch, port: 3002 });', [[3002, undefined]]],
    ['a.ts', 'app.listen(config.port);', []],
    ['a.ts', "socket.listen('/tmp/x.sock');", []],
    ['a.test.ts', 'app.listen(8000);', []],
  ])('%s: %j', (path, text, expected) => {
    expect(ports(path, text)).toEqual(expected);
  });
});

test.each([
  ['a.py', 'from fastapi import APIRouter\n' + 'r = APIRouter()\nr.include_router(r)\n'.repeat(3_000)],
  [
    'a.py',
    'from fastapi import APIRouter\n' +
      Array.from(
        { length: 3_000 },
        (_, index) =>
          `r${index} = APIRouter()\nr${index}.include_router(r${index + 1})\nr${index}.include_router(r${index + 1})\n@r${index}.get("/")\ndef f(): ...`,
      ).join('\n'),
  ],
  ['a.ts', `const app = express();${"app.get('/x',".repeat(20_000)}`],
  ['a.ts', `const app = express();${'app.listen(x);'.repeat(3_000)}`],
])('hostile %s, %#: ends quickly', (path, text) => {
  const started = performance.now();
  routesOf([new Source(path, text)]);
  listeningPorts([new Source(path, text)]);
  expect(performance.now() - started).toBeLessThan(5_000);
});
