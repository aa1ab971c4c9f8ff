import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { inputFields, questionFor, typedValue } from '../../cli/terminal/input-fields.ts';

/** As the gateway shows it. */
const schema = z.toJSONSchema(
  z.object({
    namespace: z.string().describe('where the pods are'),
    minutes: z.number().int().default(30),
    mode: z.enum(['fast', 'careful']),
    force: z.boolean().optional(),
    nodes: z.array(z.string()),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  { io: 'input', unrepresentable: 'any', target: 'draft-7' },
);
const fields = inputFields(schema);
const field = (name: string) => fields.find((f) => f.name === name)!;

test('each field is asked for with what it is, whether it is needed and what it is for', () => {
  expect(fields.map(questionFor)).toEqual([
    'namespace: where the pods are',
    'minutes (number, 30 when left empty)',
    'mode',
    'force (may be empty)',
    'nodes (separated by commas)',
    'labels (JSON, may be empty)',
  ]);
  expect(field('mode').choices).toEqual(['fast', 'careful']);
});

test.each([
  ['namespace', ' shop ', 'shop'],
  // Text stays text, also where it reads as JSON.
  ['namespace', '30', '30'],
  ['minutes', '15', 15],
  ['minutes', '', undefined],
  ['mode', 'careful', 'careful'],
  ['force', 'no', false],
  ['force', '', undefined],
  ['nodes', 'a, b', ['a', 'b']],
  ['labels', '{"app":"x"}', { app: 'x' }],
])('%s typed as %j is %j', (name, typed, value) => expect(typedValue(field(name), typed)).toEqual(value));

test.each([
  ['namespace', '', 'it is needed'],
  ['minutes', 'soon', 'type a number'],
  ['labels', 'app=x', 'type JSON'],
])('%s typed as %j is refused: %s', (name, typed, why) =>
  expect(() => typedValue(field(name), typed)).toThrow(why),
);

test('an input without fields asks for nothing', () => expect(inputFields({ type: 'object' })).toEqual([]));
