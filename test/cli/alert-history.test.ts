import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nightshift } from './command-line.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';

let gateway: SmallGateway;
beforeAll(async () => void (gateway = await startSmallGateway()));
afterAll(() => gateway.close());
const history = (...args: string[]) =>
  nightshift(['alert', 'history', ...args], { env: { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' } });

test('how often it fired, whether it flaps, how its runs ended, and each time', async () => {
  const { code, out } = await history('HighErrorRate', '-l', 'namespace=shop', '-l', 'service=a=b');
  expect(code).toBe(0);
  const said = out.replace(/\s+/g, ' ');
  expect(said).toContain(
    'It fired 60 times since 2026-11-14 02:57:00; of those that ended, half took 5 min at most, the longest 30 min.',
  );
  expect(said).toContain(
    'No end was received of the one that began at 02:47:00: it fires still, or its end never came.',
  );
  expect(said).toContain('It flaps: it began to fire 4 times in the last 1h.');
  expect(said).toContain('Its runs: completed 3, open 1.');
  expect(said).toContain('10 min, no end yet');
  expect(said).toContain('end not known');
  expect(said).toContain('of=service=a=b');
  expect(said).toContain('58 earlier ones are not shown.');
});

test('one whose end never came is told apart from what ended, with when it began', async () => {
  const said = async (name: string) => (await history(name)).out.replace(/\s+/g, ' ');
  expect(await said('Quiet')).toContain('the longest 30 min. It does not fire now.');
  expect(await said('Ended')).toContain(
    'It fired once since 2026-11-14 02:57:00, for 5 min. It does not fire',
  );
  expect(await said('Once')).toContain(
    'It fired once since 2026-11-14 02:57:00. No end was received: it fires since 02:47:00, or its end never came.',
  );
  expect(await said('Storm')).toContain(
    'No end was received of 3, the earliest of which began at 02:47:00: they fire still, or their ends never came.',
  );
});

test('what nobody knows is said so, and is no failure', async () => {
  const { code, out } = await history('Never');
  expect([code, out]).toEqual([0, 'Not known: no such alert was received.\n']);
});

test('as JSON', async () => {
  const { out } = await history('HighErrorRate', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({ state: 'known', times: 60, fired: [] });
});

test('what says nothing of the alert, or no time, is refused before anybody is asked', async () => {
  const asked = gateway.asked.length;
  expect(await history()).toMatchObject({ code: 2, err: expect.stringContaining('which alert is not said') });
  expect(await history('X', '--since', '7 days')).toMatchObject({
    code: 2,
    err: expect.stringContaining('30s, 5m, 1h'),
  });
  expect(await history('X', '-l', 'shop')).toMatchObject({ code: 2 });
  expect(gateway.asked).toHaveLength(asked);
});
