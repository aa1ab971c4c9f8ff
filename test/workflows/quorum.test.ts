import { describe, expect, test } from '@jest/globals';
import { isMet, missing, missingInWords, peopleNeeded } from '../../workflows/quorum.ts';

const both = {
  quorum: 1,
  needs: [
    { from: 'payments', people: 1 },
    { from: 'platform', people: 1 },
  ],
};
const lent = (person: string, from: string, ...own: string[]) => ({
  person,
  as: [...own, 'payments'],
  insteadOf: [{ role: 'payments', person: from }],
});
const as = (person: string, ...names: string[]) => ({ person, as: names });

describe('roles', () => {
  test.each([
    ['nobody', [], false, 'one of payments, one of platform'],
    ['one of each', [as('ana', 'payments'), as('bo', 'platform')], true, ''],
    ['one who is both', [as('bo', 'payments', 'platform')], false, 'one of platform'],
    [
      'one who is both, and one of the first',
      [as('bo', 'payments', 'platform'), as('ana', 'payments')],
      true,
      '',
    ],
    [
      'one of the first, and one who is both',
      [as('ana', 'payments'), as('bo', 'payments', 'platform')],
      true,
      '',
    ],
    ['the same one twice', [as('ana', 'payments'), as('ana', 'platform')], false, 'one of payments'],
    ['two of the first', [as('ana', 'payments'), as('cy', 'payments')], false, 'one of platform'],
    ['one who was asked by name', [as('ana', 'ana')], false, 'one of payments, one of platform'],
  ])('%s', (_, agreements, met, words) => {
    expect(isMet(both, agreements)).toBe(met);
    expect(missingInWords(missing(both, agreements))).toBe(words);
  });

  test.each([
    ['somebody and who stands in for them', [as('ana', 'payments'), lent('cy', 'ana')], 1],
    ['the other way round', [lent('cy', 'ana'), as('ana', 'payments')], 1],
    ['two in the place of one', [lent('cy', 'ana'), lent('di', 'ana')], 1],
    ['in the places of two', [lent('cy', 'ana'), lent('di', 'bo')], 0],
    ['one who is asked themselves as well', [as('ana', 'payments'), lent('cy', 'ana', 'platform')], 0],
  ])('%s', (_, agreements, lacking) => {
    expect(missing({ quorum: 2, needs: [] }, agreements).people).toBe(lacking);
  });

  test('more people than places', () => {
    const three = { quorum: 3, needs: [{ from: 'platform', people: 1 }] };
    expect(missingInWords(missing(three, [as('ana', 'payments')]))).toBe(
      'one of platform, one more of anyone asked',
    );
    expect(peopleNeeded(three)).toBe(3);
    expect(peopleNeeded(both)).toBe(2);
  });
});

describe('only a number', () => {
  test.each([
    [1, [], 'one more person'],
    [3, [as('ana', 'x')], '2 more people'],
    [2, [as('ana', 'x'), as('bo', 'x')], ''],
  ])('%d', (quorum, agreements, words) => {
    expect(missingInWords(missing({ quorum, needs: [] }, agreements))).toBe(words);
  });
});
