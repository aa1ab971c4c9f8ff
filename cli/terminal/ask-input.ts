import { isCancel, select, text } from '@clack/prompts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import type { Io } from './io.ts';
import { inputFields, questionFor, typedValue, type Field } from './input-fields.ts';
import type { Json } from './run-input.ts';

/** Asks the person at the terminal for a runbook's input, one field after the other. Throws a CliFailure on Ctrl-C. */
export async function askInput(schema: object, io: Io): Promise<Json> {
  const input: Record<string, Json> = {};
  for (const field of inputFields(schema)) {
    const value = typedValue(field, await typedFor(field, io));
    if (value !== undefined) input[field.name] = value;
  }
  return input;
}

async function typedFor(field: Field, io: Io): Promise<string> {
  const streams = { input: io.stdin, output: io.stdout, signal: io.interrupted };
  const message = cleanLine(questionFor(field));
  const typed = field.choices.length
    ? await select({
        ...streams,
        message,
        options: [
          ...(field.required ? [] : [{ value: '', label: 'leave it out' }]),
          ...field.choices.map((value) => ({ value, label: cleanLine(value) })),
        ],
      })
    : await text({ ...streams, message, defaultValue: '', validate: (value) => wrong(field, value ?? '') });
  if (!isCancel(typed)) return typed;
  throw new CliFailure(EXIT.interrupted, 'the input was not given; nothing was started');
}

function wrong(field: Field, typed: string): string | undefined {
  try {
    typedValue(field, typed);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
