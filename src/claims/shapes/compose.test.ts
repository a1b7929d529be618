import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf, verdictsOf } from '../test-claim.ts';

const files = {
  'docker-compose.yml': `services:
  postgres:
    image: postgres:16-alpine
    restart: unless-stopped
    mem_limit: 1g
    cpus: 1.0
    ports: ["5432:5432"]
    environment: { POSTGRES_DB: app }
    volumes: ["pgdata:/var/lib/postgresql/data"]
    healthcheck: { test: [CMD-SHELL, pg_isready -U app], interval: 10s, retries: 5 }
  redis:
    image: redis:7-alpine
    restart: unless-stopped
    command: redis-server --requirepass \${REDIS_PASSWORD} --maxmemory 256mb
    expose: ["6379"]
    deploy: { resources: { limits: { memory: 512M, cpus: "0.5" } } }
  backend:
    build: ./backend
    restart: unless-stopped
    ports: ["8000:8000"]
    env_file: [.env]
    depends_on:
      postgres: { condition: service_healthy }
      redis: { condition: service_started }
    profiles: [full]
volumes:
  pgdata:
`,
};

describe('what services of a compose file must have', () => {
  test.each([
    ['Create docker-compose.yml with services: postgres, redis, backend', 'Create docker-compose.yml with services: postgres, redis, worker', 'partial'],
    ['docker-compose.yml: postgres uses postgres:16-alpine, port 5432', 'docker-compose.yml: postgres uses postgres:15-alpine, port 5432', 'partial'],
    ['docker-compose.yml: Redis on port 6379', 'docker-compose.yml: Redis on port 6380', 'unmet'],
    ['docker-compose.yml: backend service maps 8000:8000', 'docker-compose.yml: backend service maps 80:8000', 'unmet'],
    ['docker-compose.yml: redis has no exposed ports', 'docker-compose.yml: postgres has no exposed ports', 'unmet'],
    ['docker-compose.yml: backend depends on postgres (healthy) and redis (started)', 'docker-compose.yml: backend depends on redis (healthy)', 'unmet'],
    ['docker-compose.yml: backend is built from ./backend, env_file .env', 'docker-compose.yml: backend is built from ./frontend, env_file .env', 'partial'],
    ['docker-compose.yml: all services have restart: unless-stopped', 'docker-compose.yml: all services have restart: always', 'unmet'],
    ['docker-compose.yml: postgres mem_limit: 1g, cpus: 1.0', 'docker-compose.yml: postgres mem_limit: 2g, cpus: 1.0', 'partial'],
    ['docker-compose.yml: redis mem_limit: 512m, cpus: 0.5', 'docker-compose.yml: redis mem_limit: 256m, cpus: 0.5', 'partial'],
    ['docker-compose.yml: postgres health check (pg_isready), interval 10s', 'docker-compose.yml: postgres health check (pg_isready), interval 30s', 'partial'],
    ['docker-compose.yml: redis command includes --requirepass', 'docker-compose.yml: redis command includes --appendonly', 'unmet'],
    ['docker-compose.yml: postgres sets POSTGRES_DB=app in its environment', 'docker-compose.yml: postgres sets POSTGRES_DB=web in its environment', 'unmet'],
    ['docker-compose.yml: backend service in profiles: [full]', 'docker-compose.yml: backend service in profiles: [dev]', 'unmet'],
    ['docker-compose.yml: named volumes: pgdata (PostgreSQL)', 'docker-compose.yml: named volumes: redisdata (Redis)', 'unmet'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('values belong to the service that is named before them', () => {
    const claim = 'Add resource limits to postgres and redis services: postgres mem_limit: 1g, cpus: 1.0, redis mem_limit: 512m, cpus: 0.5';
    const inCompose = (text: string) =>
      Array.from(verdictsOf(`# S\n\n## Tasks / Subtasks\n\n- [x] Expand docker-compose.yml\n  - [x] ${text}\n`, files).values()).at(-1)!.is;
    expect(inCompose(claim)).toBe('met');
    expect(inCompose(claim.replace('512m', '1g'))).toBe('partial');
  });

  test('only the named services publish ports', () => {
    const claim = 'docker-compose.yml: only ports 8000 (backend) and 5432 (postgres) are exposed to host';
    expect(verdictOf(claim, files).is).toBe('met');
    expect(verdictOf('docker-compose.yml: only port 8000 (backend) is exposed to host', files).is).toBe('partial');
  });

  test('shows the line of the value', () => {
    expect(citedBy(verdictOf('docker-compose.yml: postgres on port 5433', files))).toEqual(['docker-compose.yml:7']);
  });

  test('sub-tasks inherit the file, and a step that is about something else does not', () => {
    const story = `# Story

## Tasks / Subtasks

- [x] Task 1: Docker Compose for local development
  - [x] Redis: image redis:7-alpine, port 6379
  - [x] Create node config files for the backend
  - [x] Verify the stack starts with docker compose up
`;
    expect(Array.from(verdictsOf(story, files).values(), ({ is }) => is).slice(1)).toEqual(['met', 'unproven', 'not-run']);
  });
});
