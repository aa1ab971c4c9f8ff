import type { Connect } from '../contract/probing.ts';

/** The configured command with its places filled in; an argument is replaced as a whole text, never by a shell. */
export function connectCommand(
  template: readonly string[],
  { host, port, timeoutSeconds }: Connect,
): string[] {
  return template.map((argument) =>
    argument
      .replaceAll('{host}', host)
      .replaceAll('{port}', String(port))
      .replaceAll('{timeout}', String(timeoutSeconds)),
  );
}
