import { expect, test } from '@jest/globals';
import { Address } from '../../../activities/tickets/address.ts';

test('a ticket is where a browser may be led to', () => {
  expect(Address.parse('https://tickets.example/a/1')).toBe('https://tickets.example/a/1');
  for (const url of ['javascript:alert(1)', 'data:text/html,a', 'file:///etc/passwd', '/a/1', '', 1])
    expect(Address.safeParse(url).success).toBe(false);
});
