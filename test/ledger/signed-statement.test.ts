import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sign } from 'node:crypto';
import { generateKeyPair, publicKeysById } from '../../ledger/keys.ts';
import { signStatement, verifySigned } from '../../ledger/signed-statement.ts';

const key = generateKeyPair();
const known = publicKeysById([key.publicKeyPem]);
const statement = { domain: 'nightshift/test/v1', person: 'ada', answer: 'yes', n: 3 };

test('what was signed comes back, whatever the order of its fields', () => {
  const signed = signStatement(statement, key);
  expect(verifySigned(signed, known)).toEqual(statement);
  expect(
    signStatement({ n: 3, answer: 'yes', person: 'ada', domain: 'nightshift/test/v1' } as never, key),
  ).toEqual(signed);
});

test('one changed character anywhere is refused', () => {
  const signed = signStatement(statement, key);
  fc.assert(
    fc.property(
      fc.constantFrom('statement', 'signature', 'keyId'),
      fc.nat(),
      fc.integer({ min: 32, max: 126 }),
      (field, where, code) => {
        const text = signed[field];
        const at = where % text.length;
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        fc.pre(changed !== text);
        expect(() => verifySigned({ ...signed, [field]: changed }, known)).toThrow();
      },
    ),
    { numRuns: 500 },
  );
});

test('a signature by somebody else is refused, also under the known id', () => {
  const other = generateKeyPair();
  expect(() => verifySigned(signStatement(statement, other), known)).toThrow(
    'nobody here knows the signing key',
  );
  expect(() => verifySigned(signStatement(statement, { ...other, keyId: key.keyId }), known)).toThrow(
    'the signature does not fit the statement',
  );
});

test('a signed text that two readers could read differently is refused', () => {
  for (const text of ['{"answer":"no","answer":"yes"}', '{ "answer":"yes"}', 'yes']) {
    const signature = sign(null, Buffer.from(text), key.privateKey).toString('base64');
    expect(() => verifySigned({ statement: text, signature, keyId: key.keyId }, known)).toThrow(
      /not canonical JSON|is not JSON/,
    );
  }
});

test('an altered base64 spelling of the same signature is refused', () => {
  const signed = signStatement(statement, key);
  expect(() => verifySigned({ ...signed, signature: `${signed.signature}\n` }, known)).toThrow();
});
