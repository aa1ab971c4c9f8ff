import { expect, test } from '@jest/globals';
import { ConfigError, defineConfig, parseConfig, secret, type ConfigInput } from '../../config/index.ts';

const least = defineConfig({
  deployment: 'production',
  stateDir: 'state',
  database: { url: secret.env('DATABASE_URL') },
});

const problemsOf = (input: unknown) => {
  try {
    parseConfig(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((p) => `${p.field}: ${p.message}`);
    throw error;
  }
  return [];
};

test('the least configuration has every default, bound to loopback', () => {
  expect(parseConfig(least, { baseDir: '/etc/nightshift' })).toMatchObject({
    development: false,
    temporal: { address: '127.0.0.1:7233', namespace: 'default' },
    gateway: { host: '127.0.0.1', port: 7070 },
    stateDir: '/etc/nightshift/state',
    keysDir: '/etc/nightshift/state/keys',
    witness: { file: '/etc/nightshift/state/checkpoints.txt' },
    people: {},
    alertSources: {},
  });
});

test('paths count from the configuration file, absolute ones stay', () => {
  const config = parseConfig(
    {
      ...least,
      database: { url: { file: 'secrets/url' } },
      cluster: {
        name: 'lab',
        read: { kubeconfig: 'read.yaml' },
        change: { kubeconfig: '/keys/change.yaml', context: 'lab' },
        probeImage: 'probe:1',
      },
      tickets: { folder: 'tickets' },
    },
    { baseDir: '/etc/nightshift' },
  );
  expect(config.clusters[0]?.read).toEqual({ kubeconfig: '/etc/nightshift/read.yaml' });
  expect(config.clusters[0]?.change).toEqual({ kubeconfig: '/keys/change.yaml', context: 'lab' });
  expect(config.database.url.file).toBe('/etc/nightshift/secrets/url');
  expect(config.tickets?.folder).toBe('/etc/nightshift/tickets');
});

test('hosts are reached by what is written, or by an ssh_config; an agent may stand by its variable', () => {
  const read = { identityFile: 'keys/read', agent: 'SSH_AUTH_SOCK' };
  const change = { agent: 'run/agent', identityFile: '/keys/change.pub', certificateFile: 'change-cert.pub' };
  const hostsOf = (hosts: unknown) => parseConfig({ ...least, hosts }, { baseDir: '/etc/nightshift' }).hosts;
  expect(hostsOf({ user: 'oncall', knownHostsFile: ['known', '/all'], read, change })).toEqual({
    user: 'oncall',
    knownHostsFile: ['/etc/nightshift/known', '/all'],
    read: { identityFile: '/etc/nightshift/keys/read', agent: 'SSH_AUTH_SOCK' },
    change: {
      identityFile: '/keys/change.pub',
      certificateFile: '/etc/nightshift/change-cert.pub',
      agent: '/etc/nightshift/run/agent',
    },
    addresses: {},
  });
  expect(hostsOf({ sshConfigFile: 'ssh_config' })).toEqual({
    sshConfigFile: '/etc/nightshift/ssh_config',
    addresses: {},
  });
});

const access = { identityFile: 'key' };
const hosts = { user: 'oncall', knownHostsFile: 'known', read: access, change: access };
const inSlack = (more: object) => ({
  telling: { channels: { chat: { slack: { token: secret.env('T'), channel: 'C024BE91L', ...more } } } },
});
const wrong: [string, unknown, string][] = [
  [
    'hosts without a user',
    { ...least, hosts: { ...hosts, user: undefined } },
    'hosts.user: write the SSH user, like "oncall", or name an sshConfigFile',
  ],
  [
    'hosts without known hosts',
    { ...least, hosts: { ...hosts, knownHostsFile: undefined } },
    'hosts.knownHostsFile: write the path of a known_hosts file',
  ],
  [
    'hosts without a changing key',
    { ...least, hosts: { ...hosts, change: undefined } },
    'hosts.change: write { identityFile: "path" }',
  ],
  [
    'a key that is only a path',
    { ...least, hosts: { ...hosts, read: 'key' } },
    'hosts.read: write { identityFile: "path" }',
  ],
  [
    'a certificate without its key',
    { ...least, hosts: { ...hosts, read: { agent: '/a', certificateFile: 'c' } } },
    'hosts.read: write the identityFile that the certificateFile is for',
  ],
  ['a host port 0', { ...least, hosts: { ...hosts, port: 0 } }, 'hosts.port: write a port number from 1'],

  ['nothing at all', undefined, ': Invalid input: expected object, received undefined'],
  ['no deployment', { ...least, deployment: undefined }, 'deployment: write a name like "production"'],
  ['a bad deployment', { ...least, deployment: 'Prod/1' }, 'deployment: write 1 to 40 lower-case letters'],
  ['no state directory', { ...least, stateDir: undefined }, 'stateDir: write the path of a directory'],
  ['no database', { ...least, database: undefined }, 'database: write { url: secret.env("DATABASE_URL") }'],
  ['a database without url', { ...least, database: {} }, 'database.url: write secret.env("NAME")'],
  ['a url in the open', { ...least, database: { url: 'postgres://x' } }, 'database.url: write secret.env('],
  [
    'a literal secret in production',
    { ...least, database: { url: secret.literal('postgres://x') } },
    'database.url: a secret must not be written into the configuration',
  ],
  [
    'a literal secret deep inside',
    { ...least, alertSources: { pagerduty: { signingSecrets: [secret.env('A'), { literal: 'b' }] } } },
    'alertSources.pagerduty.signingSecrets.1: a secret must not',
  ],
  [
    'a port too large',
    { ...least, gateway: { port: 70_000 } },
    'gateway.port: write a port number up to 65535',
  ],
  ['a port in words', { ...least, gateway: { port: 'http' } }, 'gateway.port: write a port number'],
  ['a misspelt field', { ...least, gateway: { prot: 1 } }, 'gateway.prot: there is no such field'],
  ['a misspelt field at the top', { ...least, gatway: {} }, 'gatway: there is no such field'],
  [
    'two people with one account in Slack',
    {
      ...least,
      people: Object.fromEntries(
        ['ana', 'bo'].map((name) => [name, { name, roles: [], slack: 'U024BE7LH' }]),
      ),
    },
    'people.bo.slack: U024BE7LH is ana already',
  ],
  [
    'a name in place of an account in Slack',
    { ...least, people: { ana: { name: 'Ana', roles: [], slack: '@ana' } } },
    'people.ana.slack: write the member id of Slack, like "U024BE7LH"',
  ],
  [
    'buttons for what cannot be undone',
    { ...least, ...inSlack({ signingSecret: secret.env('S'), approvesUpTo: 'irreversible' }) },
    'telling.channels.chat.slack.approvesUpTo: write "notify", "diagnostic", "reversible" or "disruptive"',
  ],
  [
    'buttons that nobody signs',
    { ...least, ...inSlack({ approvesUpTo: 'reversible' }) },
    'telling.channels.chat.slack.signingSecret: approving by a button needs the signingSecret of the app',
  ],
  [
    'an alert source that says neither',
    { ...least, alertSources: { alertmanager: {} } },
    'alertSources.alertmanager: write { bearerToken: secret.env("NAME") } or { clientCertificate: ',
  ],
  [
    'no signing secret',
    { ...least, alertSources: { pagerduty: { signingSecrets: [] } } },
    'alertSources.pagerduty.signingSecrets: write at least one secret',
  ],
  [
    'roles that are no list',
    { ...least, people: { ana: { name: 'Ana', roles: 'x' } } },
    'people.ana.roles: write',
  ],
  [
    'a bad key of a person',
    { ...least, people: { 'Ana B': { name: 'Ana', roles: [] } } },
    'people.Ana B: write 1',
  ],
  [
    'a role that is a person',
    { ...least, people: { ana: { name: 'Ana', roles: ['bo'] }, bo: { name: 'Bo', roles: [] } } },
    'people.ana.roles: "bo" is the name of a person',
  ],
  ['tickets to nowhere', { ...least, tickets: {} }, 'tickets: write folder, webhook, github or jira'],
  [
    'an address that is no url',
    { ...least, prometheus: { url: 'localhost' } },
    'prometheus.url: write an http',
  ],
  [
    'a question that Prometheus is not asked',
    { ...least, prometheus: { url: 'http://a', questions: { weather: { needs: 'a', expr: 'b' } } } },
    'prometheus.questions',
  ],
  [
    'a pool without its size',
    { ...least, prometheus: { url: 'http://a', questions: { connections: { used: 'a' } } } },
    'prometheus.questions.connections: write { used: "SERIES", size: "SERIES" }',
  ],
  [
    'a rate in place of a counter',
    {
      ...least,
      prometheus: { url: 'http://a', questions: { errors: { all: 'rate(a[1m])', failed: 'a{code="500"}' } } },
    },
    'prometheus.questions.errors.all: write a counter without rate() or sum()',
  ],
  ['a Loki without an address', { ...least, loki: { tenant: 'shop' } }, 'loki.url: write an http'],
  ['a policy that is text', { ...least, policy: 'all' }, 'policy: write a function, or a list of rules'],
  [
    'a cluster without access',
    { ...least, cluster: { name: 'a', probeImage: 'b' } },
    'cluster.read: write { kube',
  ],
  [
    'a budget without a number',
    { ...least, disruptionBudgets: [{ name: 'zones', per: 'zone' }] },
    'disruptionBudgets.0.maxAway: write how many may be away, like 1, or a share of them, like "25%"',
  ],
  [
    'a budget of something else',
    { ...least, disruptionBudgets: [{ name: 'racks', per: 'rack', maxAway: 1 }] },
    'disruptionBudgets.0.per: write one of "cluster", "zone", "node-pool", "service", "workload"',
  ],
  [
    'a budget of pods that names nodes',
    { ...least, disruptionBudgets: [{ name: 's', per: 'service', nodes: 'a=b', maxAway: 1 }] },
    'disruptionBudgets.0.nodes: a budget per service counts pods, not nodes; leave it away',
  ],
  [
    'a budget of nodes that names services',
    { ...least, disruptionBudgets: [{ name: 'z', per: 'zone', of: ['a/b'], maxAway: 1 }] },
    'disruptionBudgets.0.of: "of" names services or workloads, and this one counts per zone; leave it away',
  ],
  [
    'labels where there is no pool',
    { ...least, disruptionBudgets: [{ name: 'z', labels: ['pool'], maxAway: 1 }] },
    'disruptionBudgets.0.labels: labels name node pools, and this one counts per cluster; leave it away',
  ],
  [
    'a label that is none',
    { ...least, disruptionBudgets: [{ name: 'p', per: 'node-pool', labels: ['a=b'], maxAway: 1 }] },
    'disruptionBudgets.0.labels.0: write the name of a label, like "example.com/pool"',
  ],
  [
    'a service without its namespace',
    { ...least, disruptionBudgets: [{ name: 's', per: 'service', of: ['checkout'], maxAway: 1 }] },
    'disruptionBudgets.0.of.0: write "namespace/name", or "namespace/*"',
  ],
  [
    'two budgets of one name',
    {
      ...least,
      disruptionBudgets: [
        { name: 'a', maxAway: 1 },
        { name: 'a', maxAway: 2 },
      ],
    },
    'disruptionBudgets: two budgets have the same name; name one of them differently',
  ],
];
test.each(wrong)('%s is refused with the field and what to write', (_, input, problem) => {
  expect(problemsOf(input).some((p) => p.startsWith(problem)) || problemsOf(input)).toBe(true);
});

test('every wrong field is named at once', () => {
  const error = (() => {
    try {
      parseConfig({ deployment: 'X', gateway: { port: -1 } }, { name: 'nightshift.config.ts' });
    } catch (e) {
      return e as ConfigError;
    }
    return undefined;
  })();
  expect(error?.message).toMatch(/^nightshift\.config\.ts is not usable; nothing was started\.\n {2}/);
  expect(error?.problems.map((p) => p.field).sort()).toEqual([
    'database',
    'deployment',
    'gateway.port',
    'stateDir',
  ]);
});

test('a development deployment may write secrets down', () => {
  const config = parseConfig({ ...least, development: true, database: { url: { literal: 'postgres://x' } } });
  expect(config.database.url.reveal()).toBe('postgres://x');
});

test('a wrong field does not compile', () => {
  // @ts-expect-error deployment must be text
  const wrongType: ConfigInput = { ...least, deployment: 5 };
  // @ts-expect-error a secret is not a string
  const openSecret: ConfigInput = { ...least, database: { url: 'postgres://' } };
  expect(problemsOf(wrongType)).not.toEqual([]);
  expect(problemsOf(openSecret)).not.toEqual([]);
});

test('trusted proxies are addresses and networks', () => {
  const withProxies = (trustedProxies: string[]) => ({ ...least, gateway: { trustedProxies } });
  expect(problemsOf(withProxies(['10.0.0.5', '10.0.0.0/8', '::1', 'fd00::/8']))).toEqual([]);
  expect(problemsOf(withProxies(['10.0.0.5', 'proxy.example.com']))).toEqual([
    'gateway.trustedProxies.1: write an address or a network like "10.0.0.0/8"',
  ]);
});

test('an address with a user or a password is refused, is not shown, and the message says where credentials go', () => {
  const [url, token] = ['http://admin:hunter2@inside:3000', secret.env('TOKEN')];
  const telling = (kind: object) => ({ telling: { channels: { room: kind }, rules: [] } });
  const written: [object, RegExp][] = [
    [{ prometheus: { url } }, /^prometheus\.url: .*into `token`$/],
    [{ prometheus: { url: 'http://admin@inside:9090' } }, /^prometheus\.url: .*into `token`$/],
    [{ loki: { url } }, /^loki\.url: .*into `token`$/],
    [{ traces: { kind: 'jaeger', url } }, /^traces\.url: .*into `token`$/],
    [{ traces: { kind: 'tempo', url } }, /^traces\.url: .*into `token`$/],
    [{ grafana: { url } }, /^grafana\.url: .*into `token`$/],
    [{ grafana: { url: 'http://a', publicUrl: url } }, /^grafana\.publicUrl: .*people sign in there$/],
    [{ pagerduty: { token, api: url } }, /^pagerduty\.api: .*into `token`$/],
    [
      { tickets: { github: { repository: 'a/b', token, api: url } } },
      /^tickets\.github\.api: .*into `token`$/,
    ],
    [
      { tickets: { jira: { url, project: 'OPS', token } } },
      /^tickets\.jira\.url: .*into `user` and `token`$/,
    ],
    [{ tickets: { webhook: { url } } }, /^tickets\.webhook\.url: .*into secret\.env\("NAME"\)$/],
    [telling({ slack: { token, channel: 'C024BE91L', api: url } }), /slack\.api: .*into `token`$/],
    [telling({ slack: { token, channel: 'C024BE91L', link: url } }), /slack\.link: .*people sign in there$/],
    [telling({ teams: { url } }), /teams\.url: .*into secret\.env\("NAME"\)$/],
    [telling({ pagerduty: { routingKey: token, api: url } }), /pagerduty\.api: .*into `routingKey`$/],
    [telling({ grafana: { url, token } }), /grafana\.url: .*into `token`$/],
    [telling({ webhook: { url } }), /webhook\.url: .*into secret\.env\("NAME"\)$/],
  ];
  for (const [fields, message] of written) {
    const problems = problemsOf({ ...least, ...fields });
    expect(problems).toContainEqual(expect.stringMatching(message));
    expect(problems.join()).toMatch(/write the address without user and password; /);
    expect(problems.join()).not.toMatch(/hunter2/);
  }
});

test('what is no http address is refused with an example of one', () => {
  const expected = 'prometheus.url: write an http or https address like "http://127.0.0.1:9090"';
  for (const url of ['prometheus:9090', 'ftp://inside', '', 7])
    expect(problemsOf({ ...least, prometheus: { url } })).toEqual([expected]);
});
