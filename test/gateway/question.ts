import type { Question } from '../../workflows/messages.ts';

export const questionFor = (change: Partial<Question>): Question => ({
  id: 'q1',
  kind: 'approve',
  title: 'Restart it',
  body: 'It is sick.',
  options: [
    { answer: 'approve', meaning: 'Carry it out' },
    { answer: 'reject', meaning: 'Leave it' },
  ],
  from: ['payments-oncall'],
  quorum: 1,
  openedAt: new Date().toISOString(),
  deadline: new Date(Date.now() + 600_000).toISOString(),
  needs: [],
  excluded: [],
  escalation: [],
  extensions: [],
  silence: 'No answer by then is a no.',
  plan: {
    hash: 'plan-hash',
    digest: { ordinal: 1, title: 'Restart it', changes: [], putBacks: [], risk: 'disruptive', steps: [] },
    cluster: 'lab',
    changes: [],
    putBacks: [],
    risk: 'disruptive',
    inPart: false,
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
  },
  ...change,
});
