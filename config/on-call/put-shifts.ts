import { Document, parseDocument } from 'yaml';
import type { ImportedShift } from './icalendar.ts';

/**
 * The text of a file of schedules with the shifts of one role replaced by these; its rotations, overrides and comments
 * stay. `timeZone` is that of a role that the file does not have yet.
 */
export function putShifts(
  text: string,
  { role, timeZone, shifts }: { role: string; timeZone: string; shifts: readonly ImportedShift[] },
): string {
  const document = text === '' ? new Document({ schedules: { [role]: { timeZone } } }) : parseDocument(text);
  const [error] = document.errors;
  if (error) throw error;
  const own = document.getIn(['schedules', role, 'timeZone']);
  if (own === undefined) document.setIn(['schedules', role, 'timeZone'], timeZone);
  const zone = typeof own === 'string' ? own : timeZone;
  document.setIn(
    ['schedules', role, 'shifts'],
    document.createNode(
      shifts.map(({ timeZone: of, ...shift }) => (of === zone ? shift : { ...shift, timeZone: of })),
    ),
  );
  return document.toString({ lineWidth: 0 });
}
