import { expect, test } from 'vitest';
import { addressesIn, isService } from './needs.ts';

test.each<[string, string | undefined, string[]]>([
  ['postgresql+asyncpg://user:p@ss@db.shop:5432/x', 'DATABASE_URL', ['db.shop:5432']],
  ['redis://redis/0', 'REDIS_URL', ['redis:6379']],
  ['redis', 'REDIS_HOST', ['redis:undefined']],
  ['redis', 'CACHE_BACKEND', []], // a word, not a host
  ['until nc -w 2 api 80 < /dev/null; do sleep 1; done', undefined, ['api:80']],
  ['pg_isready -h postgresql -p 5432', undefined, ['postgresql:5432']],
  ['wait-for-it.sh rabbit:5672 -- serve', undefined, ['rabbit:5672']],
  ['until nslookup api; do sleep 1; done', undefined, ['api:undefined']],
  ['exec gunicorn app:main --workers 4', undefined, []],
])('addresses in %s', (text, variable, expected) => {
  expect(addressesIn({ text, variable }).map(({ host, port }) => `${host}:${port}`)).toEqual(expect.arrayContaining(expected));
  if (expected.length === 0) expect(addressesIn({ text, variable })).toEqual([]);
});

test('a short name is a Service of the same namespace only', () => {
  const redis = { name: 'redis', namespace: 'shop' };
  expect(isService('redis', redis, 'shop')).toBe(true);
  expect(isService('redis', redis, 'other')).toBe(false);
  expect(isService('redis.shop', redis, 'other')).toBe(true);
  expect(isService('redis-0.redis.shop.svc.cluster.local', redis, 'other')).toBe(true);
  expect(isService('myredis.shop', redis, 'shop')).toBe(false);
});
