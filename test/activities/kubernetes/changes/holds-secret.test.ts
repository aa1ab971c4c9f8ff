import { expect, test } from '@jest/globals';
import { holdsSecret } from '../../../../activities/kubernetes/changes/holds-secret.ts';

test.each<[string, string]>([
  ['YAML', 'db:\n  user: shop\n  password: hunter2\n'],
  ['YAML with the value below', 'db:\n  password: |\n    hunter2\n'],
  ['YAML folded', 'db:\n  password:\n    hunter2\n'],
  ['properties', 'db.user=shop\r\ndb.password = hunter2\r\n'],
  ['JSON on one line', '{"user":"shop","apiKey":"hunter2"}'],
  ['JSON in JSON', '{"settings":"{\\"password\\":\\"hunter2\\"}"}'],
  ['a setting within a setting', 'dsn: "host=db user=shop password=hunter2"'],
  ['a connection string', 'Server=db;Password=hunter2;'],
  ['an option', 'exec shop --port=80 --token=hunter2'],
  ['a query', 'hook: https://example.com/in?access_key=hunter2'],
  ['XML', '<db><password>hunter2</password></db>'],
  ['a pair in YAML', '- name: DB_PASSWORD\n  value: hunter2\n'],
  ['a pair in XML', '<property name="db.password" value="hunter2"/>'],
  ['a comment', '# password: hunter2\n'],
  ['a variable with a default', 'password: ${DB_PASSWORD:-hunter2}'],
  ['a number', 'password: 123456'],
  ['a directive', 'maxmemory 1gb\nrequirepass hunter2\n'],
  ['a directive of two', 'route53 {\n  aws_access_key AKIA hunter2\n}\n'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n'],
  ['a password in an address', 'url: postgres://shop:hunter2@db'],
])('a secret: %s', (_, text) => {
  expect(holdsSecret(text)).toBe(true);
});

test.each<[string, string]>([
  [
    'a Corefile',
    '.:53 {\n  errors\n  kubernetes cluster.local in-addr.arpa {\n    pods insecure\n    ttl 30\n  }\n  prometheus :9153\n  forward . 10.0.0.53\n  cache 30\n}\n',
  ],
  ['settings', 'retries: 3\nurl: https://shop.example/\nlevel=info\n'],
  ['a variable', 'password: ${DB_PASSWORD}\napi_key: "${API_KEY}"\n'],
  ['none', 'password: ""\nuser: shop'],
  ['none on a line of its own', 'password:\nuser: shop\n'],
  ['none in XML', '<password></password>'],
  ['a flag', 'passthrough: true\n'],
  ['a proxy', 'location / {\n  proxy_pass http://shop;\n}\n'],
  ['a value', '3'],
])('no secret: %s', (_, text) => {
  expect(holdsSecret(text)).toBe(false);
});

test('one long word is looked through', () => {
  expect(holdsSecret('token'.repeat(200_000))).toBe(false);
});
