import { secretPlaceholderValue } from './secret-placeholder-value.ts';
import { object, testRule } from './test-rule.ts';

const secret = (value: string, field = 'stringData') => object('v1', 'Secret', 'web', `${field}:\n  password: ${value}`);
const encoded = (value: string) => Buffer.from(value).toString('base64');

testRule(secretPlaceholderValue, {
  passes: {
    'a value': secret('x7Fq-plain'),
    'an encoded value': secret(encoded('x7Fq'), 'data'),
    'a value that only speaks of change': secret('we-change-our-meters'),
    'filled in by the pipeline': secret('$PASSWORD'),
    'a template to be filled in': { 'k8s/secrets.yaml.example': secret('changeme') },
    'a name with example in it': secret('admin@example.com'),
  },
  fails: {
    changeme: [secret('changeme'), ['password: changeme', { secret: 'Secret/web', key: 'password' }]],
    encoded: [secret(encoded('CHANGE_ME'), 'data'), `password: ${encoded('CHANGE_ME')}`],
    'with more words': [secret('dev-secret-change-me'), 'password: dev-secret-change-me'],
    'in a URL': [secret('postgres://shop:changeme@db/shop'), 'password: postgres://shop:changeme@db/shop'],
    'in angle brackets': [secret('<database password>'), 'password: <database password>'],
    'your-password-here': [secret('your-password-here'), 'password: your-password-here'],
    PLACEHOLDER_BASE64_PASSWORD: [secret('PLACEHOLDER_BASE64_PASSWORD', 'data'), 'password: PLACEHOLDER_BASE64_PASSWORD'],
  },
});
