import { expect, test } from '@jest/globals';
import { unattended } from '../../../cli/start/answers.ts';
import type { QuestionView } from '../../../gateway/api/questions.ts';
import { approval, hold } from '../render/samples.ts';

const asked = (question: typeof approval) => ({ question }) as QuestionView;
const withOptions = (...answers: string[]) =>
  asked({ ...hold, options: answers.map((answer) => ({ answer, meaning: '' })) });

test('--yes approves a plan, ends a run that holds, and undoes what it changed', () => {
  expect(unattended(asked(approval))).toBe('approve');
  expect(unattended(asked(hold))).toBe('abort');
  expect(unattended(withOptions('undo', 'leave'))).toBe('undo');
});

test('--yes never makes up an answer', () => {
  expect(() => unattended(withOptions('done', 'tomorrow'))).toThrow('--yes has no answer');
});
