import { environmentNotSet } from './environment-not-set.ts';
import { deployment, object, testRule } from './test-rule.ts';

const CONFIG = 'import os\nDATABASE_URL = os.environ["SHOP_DATABASE_URL"]\n';
const MAIN = 'from shop.config import DATABASE_URL\napp = object()\n';
const code = { 'shop/__init__.py': '', 'shop/config.py': CONFIG, 'shop/main.py': MAIN };
const web = (container: string) => ({ ...code, 'k8s/web.yaml': deployment('web', { container }) });
const RUN = 'command: [uvicorn, "shop.main:app"]';

testRule(environmentNotSet, {
  passes: {
    'it is set': web(`${RUN}\nenv: [{ name: SHOP_DATABASE_URL, value: x }]`),
    'from a ConfigMap': {
      ...web(`${RUN}\nenvFrom: [{ configMapRef: { name: web } }]`),
      'k8s/config.yaml': object('v1', 'ConfigMap', 'web', 'data: { SHOP_DATABASE_URL: x }'),
    },
    'with a prefix of envFrom': {
      ...web(`${RUN}\nenvFrom: [{ prefix: SHOP_, configMapRef: { name: web } }]`),
      'k8s/config.yaml': object('v1', 'ConfigMap', 'web', 'data: { DATABASE_URL: x }'),
    },
    'from an object that is not here': web(`${RUN}\nenvFrom: [{ secretRef: { name: web } }]`),
    'another program': web('command: [nginx]'),
    'a module that does not load it': { ...web('command: [python, -m, shop.other]'), 'shop/other.py': 'print(1)\n' },
    'it has a default': { ...web(RUN), 'shop/config.py': 'import os\nDATABASE_URL = os.environ.get("SHOP_DATABASE_URL", "x")\n' },
    'it is read when a function runs': { ...web(RUN), 'shop/config.py': 'import os\ndef url():\n    return os.environ["SHOP_DATABASE_URL"]\n' },
    'the image sets it': {
      ...web(RUN),
      'shop/Dockerfile': 'FROM python:3.13\nENV SHOP_DATABASE_URL=sqlite:///shop.db\n',
    },
    'a server that the bundler wrote': {
      'web/server.js': 'const url = process.env.API_URL;\nif (!url) process.exit(1);\n',
      'web/Dockerfile': 'FROM node:24 AS builder\nCOPY . .\nFROM node:24\nCOPY --from=builder /app/.next/standalone ./\nCMD ["node", "server.js"]\n',
      'k8s/web.yaml': deployment('web'),
    },
    'a file of variables is read first': web('command: [sh, -c, "source /vault/secrets/env && uvicorn shop.main:app"]'),
  },
  fails: {
    'another name': [
      web(`${RUN}\nenv:\n  - name: DATABASE_URL\n    value: x`),
      ['env:', { container: 'web', entry: 'shop/main.py', variables: 'SHOP_DATABASE_URL', reader: 'shop/config.py:2' }],
    ],
    'nothing is set': [web(RUN), '- name: web'],
    'in a shell': [web('command: [sh, -c, "alembic upgrade head && exec uvicorn shop.main:app"]'), '- name: web'],
    'below a folder': [
      { 'backend/shop/__init__.py': '', 'backend/shop/config.py': CONFIG, 'backend/shop/main.py': MAIN, 'k8s/web.yaml': deployment('web', { container: RUN }) },
      ['- name: web', { entry: 'backend/shop/main.py' }],
    ],
    'the command of the image': [
      {
        ...code,
        'docker/web.dockerfile': 'FROM python:3.13\nCOPY . .\nENTRYPOINT ["uvicorn", "shop.main:app"]\n',
        'build.sh': '#!/bin/sh\ndocker build -f docker/web.dockerfile -t web:dev .\n',
        'k8s/web.yaml': deployment('web'),
      },
      ['- name: web', { variables: 'SHOP_DATABASE_URL' }],
    ],
    'a server as it stands in the repository': [
      {
        'web/server.js': 'const url = process.env.API_URL;\nif (!url) process.exit(1);\n',
        'web/Dockerfile': 'FROM node:24\nCOPY . .\nCMD ["node", "server.js"]\n',
        'k8s/web.yaml': deployment('web'),
      },
      ['- name: web', { variables: 'API_URL' }],
    ],
    JavaScript: [
      {
        'src/config.ts': "import { z } from 'zod';\nexport const env = z.object({ DATABASE_URL: z.string() }).parse(process.env);\n",
        'src/main.ts': "import { env } from './config.js';\nconsole.log(env);\n",
        'k8s/web.yaml': deployment('web', { container: 'command: [node, dist/main.js]' }),
      },
      ['- name: web', { entry: 'src/main.ts', variables: 'DATABASE_URL' }],
    ],
  },
});
