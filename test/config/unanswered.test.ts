import { expect, test } from '@jest/globals';
import { parseConfig, secret } from '../../config/index.ts';

const least = { deployment: 'test', stateDir: 'state', database: { url: secret.env('DATABASE_URL') } };
const unanswered = (given?: unknown) =>
  parseConfig({ ...least, ...(given !== undefined && { unanswered: given }) }).unanswered;

test('what nobody answers is reminded of, and asked of others where some are named', () => {
  const usual = { remindAfter: '30 minutes', escalateAfter: '1 hour', escalateTo: [] };
  expect(unanswered()).toEqual(usual);
  expect(unanswered({ escalateTo: ['platform-oncall'] })).toEqual({
    ...usual,
    escalateTo: ['platform-oncall'],
  });
});

test('a time that is none, or that would never let anybody sleep, is refused with its name', () => {
  for (const remindAfter of ['soon', '5s', 30])
    expect(() => unanswered({ remindAfter })).toThrow(
      /unanswered\.remindAfter: write a length of time of a minute/,
    );
});
