import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { processLines } from '../../../../activities/hosts/processes/process-lines.ts';
import { withoutSecrets } from '../../../../activities/hosts/processes/without-secrets.ts';
import { sample } from '../sample.ts';

const byPid = (name: string) => new Map(processLines(sample(name).lines).map((p) => [p.pid, p]));

test('a node of the lab: units, memory and the command of each', () => {
  const processes = byPid('processes-debian-12.txt');
  expect(processes.get(1)).toMatchObject({ name: 'systemd', unit: 'init.scope', user: 'root', state: 'S' });
  const proxy = [...processes.values()].find(({ name }) => name === 'kube-proxy');
  expect(proxy).toMatchObject({
    unit: 'kube-proxy.service',
    command: '/usr/local/bin/kube-proxy --config=/etc/kubernetes/kube-proxy.yaml',
  });
  expect(proxy!.memoryBytes).toBeGreaterThan(1024 * 1024);
  expect(proxy!.cpu).toBeGreaterThanOrEqual(0);
});

test('CPU is what was used between the readings, and unknown of a number that another process has taken', () => {
  const processes = byPid('processes-rhel-9.by-hand.txt');
  expect(processes.get(4711)).toMatchObject({ cpu: 2, threads: 12, memoryBytes: 512_000 * 1024 });
  expect(processes.get(1)!.cpu).toBe(0);
  expect([processes.get(912)!.cpu, processes.get(912)!.state]).toEqual([null, 'D']);
  expect(processes.get(4712)!.state).toBe('Z');
  expect(processes.get(4713)).toMatchObject({ name: 'tmux: server', command: 'tmux new-session -d' });
});

test('ps without systemd names no unit', () => {
  const processes = byPid('processes-suse-15.by-hand.txt');
  expect(processes.get(800)).toMatchObject({ unit: null, user: 'systemd-network-long-name', cpu: null });
});

test('Ubuntu: units of snaps, and threads of the kernel', () => {
  const processes = byPid('processes-ubuntu-24.by-hand.txt');
  expect(processes.get(2150)).toMatchObject({ unit: 'snap.microk8s.daemon-kubelite.service', cpu: 0.5 });
  expect(processes.get(88)).toMatchObject({ name: 'kworker/u8:3-events_', state: 'I', memoryBytes: 0 });
});

test("Alpine: BusyBox's ps lists nothing that can be read", () => {
  expect(processLines(sample('processes-alpine-3.by-hand.txt').lines)).toEqual([]);
});

test('what looks like a secret stays out of a command line', () => {
  const { command } = byPid('processes-rhel-9.by-hand.txt').get(4711)!;
  expect(command).toBe(
    'java -Ddb.password=[hidden] -jar app.jar --token [hidden] jdbc:postgresql://app:[hidden]@db/app',
  );
  for (const [given, shown] of [
    ['mysql -u root --password=a=b x', 'mysql -u root --password=[hidden] x'],
    ['curl -H Authorization: Bearer abc http://x', 'curl -H Authorization: Bearer [hidden] http://x'],
    ['env API_KEY=abc ./run', 'env API_KEY=[hidden] ./run'],
    ['run --authentication-mode webhook', 'run --authentication-mode webhook'],
    ['kubelet --config=/etc/kubelet.yaml', 'kubelet --config=/etc/kubelet.yaml'],
    ['docker run --env=DB_PASSWORD=x img', 'docker run --env=DB_PASSWORD=[hidden] img'],
    ['curl https://x/hook?token=x&page=2', 'curl https://x/hook?token=[hidden]&page=2'],
    ['run Server=db;Password=x;Port=1', 'run Server=db;Password=[hidden];Port=1'],
    ['curl -d {"secret":"x","user":"y"} z', 'curl -d {"secret":"[hidden]","user":"y"} z'],
    ['git clone https://token:x@github.com/a', 'git clone https://token:[hidden]@github.com/a'],
    ['run --volume=/run/secrets/app:/app', 'run --volume=/run/secrets/app:/app'],
  ]) {
    expect(withoutSecrets(given!)).toBe(shown);
  }
});

test('a secret that follows the usual names is never shown, whatever else the line says', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('--password', '--db-token', 'CLIENT_SECRET', '-passphrase', 'api-key'),
      fc.constantFrom('=', ' '),
      fc.stringMatching(/^[a-zA-Z0-9!$&*]{12,20}$/),
      fc.stringMatching(/^[a-z ]{0,20}$/),
      (name, between, secret, before) => {
        const option = between === ' ' && !name.startsWith('-') ? `--${name}` : name;
        expect(withoutSecrets(`run ${before}x ${option}${between}${secret} tail`)).not.toContain(secret);
      },
    ),
  );
});

test('lines that are no process are left out, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 })), (lines) => {
      expect(Array.isArray(processLines(lines.map((line) => `process ${line}`)))).toBe(true);
    }),
  );
});
