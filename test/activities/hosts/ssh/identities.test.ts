import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { findIdentities } from '../../../../activities/hosts/ssh/identities.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-identities-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'id');
const certificate = join(folder, 'id-cert.pub');
const pair = ssh2.utils.generateKeyPairSync('ed25519');
writeFileSync(path, pair.private);
writeFileSync(certificate, 'sk-ssh-ed25519-cert-v01@openssh.com AAAAInNrLXNzaC1lZDI1NTE5 somebody\n');

const found = (certificateFiles: string[], agent?: string) =>
  findIdentities(
    {
      files: [{ path, required: true }],
      certificateFiles: certificateFiles.map((file) => ({ path: file, required: true })),
      agent,
      filesOnly: false,
    },
    new Date(),
  );

test('a certificate that cannot be used and merely lies beside the key is passed over, and that is told', async () => {
  const { identities, passedOver } = await found([]);
  expect(identities).toMatchObject([{ from: path, certificate: null }]);
  expect(passedOver).toEqual([`${certificate} is not a certificate that can be used`]);
});

test('one that is named must be usable', async () => {
  await expect(found([certificate])).rejects.toMatchObject({
    kind: 'invalid',
    message: `${certificate} is not a certificate that can be used`,
  });
});

test('an agent that is gone keeps no key in a file from being tried, and that is told', async () => {
  const gone = join(folder, 'no-agent');
  const { identities, passedOver } = await found([], gone);
  expect(identities).toMatchObject([{ from: path, agent: undefined }]);
  expect(passedOver).toContainEqual(expect.stringContaining(gone));
  writeFileSync(join(folder, 'public'), pair.public);
  const asked = {
    files: [{ path: join(folder, 'public'), required: true }],
    certificateFiles: [],
    agent: gone,
  };
  await expect(findIdentities({ ...asked, filesOnly: true }, new Date())).rejects.toMatchObject({
    message: expect.stringContaining(gone),
  });
});
