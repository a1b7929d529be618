import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf, verdictsOf } from '../test-claim.ts';

const files = {
  'backend/Dockerfile': `FROM python:3.12-slim AS builder
WORKDIR /build
COPY pyproject.toml uv.lock ./
RUN pip install uv && uv sync --frozen --no-dev

FROM python:3.12-slim
RUN useradd --uid 1001 app
WORKDIR /app
COPY --from=builder /build/.venv /app/.venv
COPY src/ ./src/
ENV PYTHONUNBUFFERED=1
USER app
EXPOSE 8000
HEALTHCHECK --interval=30s CMD curl -f http://localhost:8000/health || exit 1
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
`,
};

describe('what a Dockerfile must have', () => {
  test.each([
    ['Create backend/Dockerfile (python:3.12-slim, multi-stage)', 'Create backend/Dockerfile (python:3.11-slim, multi-stage)', 'partial'],
    ['backend/Dockerfile: Python 3.12 slim, multi-stage build', 'backend/Dockerfile: Node 20 alpine, multi-stage build', 'partial'],
    ['Dockerfile uses Python 3.11 or later as base image', 'Dockerfile uses Python 3.13 or later as base image', 'partial'],
    ['Dockerfile is a 2-stage build', 'Dockerfile is a 3-stage build', 'unmet'],
    ['Dockerfile runs as non-root user (uid 1001)', 'Dockerfile runs as non-root user (uid 1000)', 'partial'],
    ['Dockerfile: Set USER to app', 'Dockerfile: Set USER to web', 'unmet'],
    ['Dockerfile exposes port 8000', 'Dockerfile exposes port 8080', 'unmet'],
    ['Dockerfile has HEALTHCHECK on /health', 'Dockerfile has HEALTHCHECK on /ready', 'unmet'],
    ['Dockerfile has HEALTHCHECK on /health with interval 30s', 'Dockerfile has HEALTHCHECK on /health with interval 10s', 'unmet'],
    ['Dockerfile sets PYTHONUNBUFFERED=1', 'Dockerfile sets PYTHONUNBUFFERED=0', 'unmet'],
    ['Dockerfile has WORKDIR /app', 'Dockerfile has WORKDIR /srv', 'unmet'],
    ['Dockerfile: Copy src/ to /app/src', 'Dockerfile: Copy lib/ to /app/lib', 'unmet'],
    ['Dockerfile: CMD ["uvicorn", "app.main:app"]', 'Dockerfile: CMD ["gunicorn", "app.main:app"]', 'unmet'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('shows the line that decides', () => {
    expect(citedBy(verdictOf('Dockerfile exposes port 8080', files))).toEqual(['backend/Dockerfile:13']);
    expect(citedBy(verdictOf('Dockerfile runs as non-root user', files))).toEqual(['backend/Dockerfile:12']);
  });

  test('a base image that may bring its own user leaves the user open, one that runs as root does not', () => {
    const claim = 'Dockerfile runs as non-root user';
    expect(verdictOf(claim, { Dockerfile: 'FROM gcr.io/distroless/static:nonroot\n' }).is).toBe('unproven');
    expect(verdictOf(claim, { Dockerfile: 'FROM node:20\n' }).is).toBe('unmet');
  });

  test('one of two Dockerfiles is not both', () => {
    const two = { ...files, 'frontend/Dockerfile': 'FROM node:20-alpine\nEXPOSE 3000\n' };
    expect(verdictOf('Dockerfile exposes port 8000', two).is).toBe('unproven');
    expect(verdictOf('Backend Dockerfile exposes port 8000', two).is).toBe('met');
    expect(verdictOf('Dockerfiles expose port 8000', two).is).toBe('partial');
  });

  test('steps inherit the file, and the stage, that was named before them', () => {
    const steps = `# Story

## Tasks / Subtasks

- [x] 1.1 Create Containerfile at project root
- [x] 2.1 Define Stage 1 with FROM golang:1.25 AS build
- [x] 2.2 Set WORKDIR to /src
- [x] 2.3 Run go build to create the binary
- [x] 2.4 Run make release to create the binary
- [x] 3.1 Define Stage 2 with FROM alpine:3.20
- [x] 3.2 Set WORKDIR to /app
- [x] 3.3 Copy binary from build stage: /src/bin/x to /app/x
`;
    const containerfile =
      'FROM golang:1.25 AS build\nWORKDIR /src\nRUN go build -o bin/x .\nFROM alpine:3.20\nWORKDIR /app\nCOPY --from=build /src/bin/x /app/x\n';
    const found = verdictsOf(steps, { Containerfile: containerfile });
    expect(Array.from(found.values(), ({ is }) => is)).toEqual(['met', 'met', 'met', 'met', 'unproven', 'met', 'met', 'met']);
    const other = verdictsOf(steps, { Containerfile: containerfile.replace('WORKDIR /src', 'WORKDIR /app') });
    expect(Array.from(other.values(), ({ is }) => is)[2]).toBe('unproven');
  });

  test('a Dockerfile that is made and not there is missing', () => {
    expect(verdictOf('Create a Dockerfile (node:20-alpine)', { 'src/a.ts': '' }).is).toBe('unmet');
  });
});

describe('Dockerfiles of several parts', () => {
  const two = {
    'services/golang/Dockerfile': 'FROM golang:1.23-alpine AS build\nRUN apk add ca-certificates\nFROM alpine\nENTRYPOINT ["/shop"]\nEXPOSE 8080 9090\n',
    'services/java/Dockerfile': 'FROM eclipse-temurin:21\nENV JAVA_OPTS="-XX:MaxRAMPercentage=75.0"\nEXPOSE 8081\n',
  };
  const story = (part: string, step: string) => `# Plan\n\n## Tasks\n\n- [x] Create Dockerfile for ${part} service\n  - [x] ${step}\n`;

  test('the one that the words name', () => {
    expect(verdictOf('Create Dockerfile for Go service', two).is).toBe('met');
    expect(verdictOf('Create Dockerfiles for the Go and Java services', two).is).toBe('met');
    expect(verdictOf('Create Dockerfile for the Rust service', two).is).toBe('unproven');
  });

  test.each([
    ['Go', 'Expose ports: 8080 (HTTP), 9090 (metrics)', 'met'],
    ['Java', 'Expose ports: 8081 (HTTP), 9090 (metrics)', 'partial'],
    ['Go', 'Install CA certificates for HTTPS', 'met'],
    ['Java', 'Install CA certificates for HTTPS', 'unmet'],
    ['Java', '-XX:MaxRAMPercentage=75.0', 'met'],
    ['Java', '-XX:MaxRAMPercentage=50.0', 'unmet'],
  ])('%s: %s is %s', (part, step, verdict) => {
    expect(verdictsOf(story(part, step), two).get('T1.1')?.is).toBe(verdict);
  });

  test('a variable that is set in the same breath is not copied', () => {
    const dockerfile = { Dockerfile: 'FROM rust:1.90\nCOPY queries ./queries\nENV OFFLINE=true\n' };
    const copy = (value: string) =>
      verdictsOf(
        `# Plan\n\n## Tasks\n\n- [x] Create Dockerfile\n  - [x] Copy \`queries/\` and set \`OFFLINE=${value}\` (needed for \`db::check!\`)\n`,
        dockerfile,
      );
    expect(copy('true').get('T1.1')?.is).not.toBe('unmet');
    expect(copy('false').get('T1.1')?.is).not.toBe('met');
  });

  test('the size of an image is left to a build', () => {
    expect(verdictsOf(story('Go', 'Optimize image size (<20MB final image)'), two).get('T1.1')?.is).toBe('not-run');
  });
});
