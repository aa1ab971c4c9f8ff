import { expect, test } from '@jest/globals';
import type { AskedQuestion } from '../../workflows/questions.ts';
import { doingNow } from '../../workflows/doing.ts';
import { Journal } from '../../workflows/journal.ts';

test('whom a run waits for, and until when: with those it was escalated to, and the time that was added', () => {
  const question = {
    title: 'Move shop?',
    from: ['payments'],
    openedAt: '2026-11-21T02:47:00.000Z',
    deadline: '2026-11-21T03:07:00.000Z',
    escalation: [
      { at: '2020-01-01T00:00:00.000Z', to: ['platform'] },
      { at: '2999-01-01T00:00:00.000Z', to: ['managers'] },
    ],
    extensions: [{ person: 'ana', minutes: 10 }],
  };
  const asked = { closed: false, question } as unknown as AskedQuestion;
  const journal = new Journal(() => undefined);
  expect(doingNow({ journal, questions: new Map([['q1', asked]]), ending: undefined })).toEqual({
    doing: 'waits for an answer: Move shop?',
    waitingFor: {
      what: 'Move shop?',
      whom: ['payments', 'platform'],
      since: '2026-11-21T02:47:00.000Z',
      until: '2026-11-21T03:17:00.000Z',
    },
  });
});
