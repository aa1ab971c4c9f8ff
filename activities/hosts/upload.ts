import { createHash } from 'node:crypto';
import { implementChange, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { contentDiff } from './files/content-diff.ts';
import { fileBeforeUpload } from './files/file-before-upload.ts';
import { base64Word } from './program/base64-word.ts';
import { carryOutOnHost, encodeWord, recordedOf, refusal, type Recorded } from './program/operation.ts';
import type { Ssh } from './ssh/ssh.ts';

const LARGEST_BYTES = 64 * 1024;

export const uploadStep = (ssh: Ssh) =>
  implementChange(hosts.upload, {
    async plan({ host, path, content, mode, owner }, context) {
      if (Buffer.byteLength(content) > LARGEST_BYTES) {
        throw new StepFailure('invalid', `the content for ${path} is larger than 64 KiB`, {
          next: 'Bring large files to hosts another way.',
          facts: { host, path },
        });
      }
      const before = await fileBeforeUpload(ssh, { host, path }, context);
      const sha256 = sha256Of(content);
      const hidden = before.found && before.content === null;
      return {
        diff: [
          ...(before.sha256 === sha256
            ? []
            : [contentDiff(path, hidden ? `a file with SHA-256 ${before.sha256}` : before.content, content)]),
          ...(before.mode === mode ? [] : [{ path: `${path} mode`, before: before.mode, after: mode }]),
          ...(before.owner === owner ? [] : [{ path: `${path} owner`, before: before.owner, after: owner }]),
        ],
        preconditions: { hostKey: before.hostKey, sha256: before.sha256 },
        preimage: { hostKey: before.hostKey, sha256: before.sha256 },
        dryRun: 'none',
        warnings: [
          'programs that have read the file already go on with what they have read',
          ...(hidden ? [`what ${path} holds now is too large to be shown`] : []),
        ],
      };
    },

    async apply({ host, path, content, mode, owner }, { hostKey, sha256 }, context) {
      const words = [path, mode, owner, sha256 ?? 'absent', sha256Of(content), base64Word(content)];
      const recorded = await carryOutOnHost(
        ssh,
        { host, hostKey, bootId: null, verb: 'upload', words },
        context,
      );
      if (recorded.state !== 'applied') throw refusal({ host, unit: path, recorded });
      return { outcome: 'applied', output: uploadedOf(recorded) };
    },

    async probe({ host, path, content, mode, owner }, _pre, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: uploadedOf(recorded) };
      const now = await fileBeforeUpload(ssh, { host, path }, context);
      if (now.sha256 === sha256Of(content) && now.mode === mode && now.owner === owner) {
        return { state: 'applied', output: { hostTime: now.hostTime, sha256: now.sha256 } };
      }
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return { state: 'unknown', reason: `${host} has begun this operation and has no result of it` };
    },

    undo({ hostKey, sha256 }, { input, operation }) {
      const { host, path, content } = input;
      return {
        change: hosts.restoreFile({ host, path, upload: operation }),
        preconditions: { hostKey, sha256: sha256Of(content) },
        diff: [{ path, before: sha256Of(content), after: sha256 }],
      };
    },
  });

/** The step that undoes an upload. */
export const restoreFileStep = (ssh: Ssh) =>
  implementChange(hosts.restoreFile, {
    async plan({ host, path }, context) {
      const now = await fileBeforeUpload(ssh, { host, path }, context);
      if (now.sha256 === null) {
        throw new StepFailure(
          'conflict',
          `${path} on ${host} is gone, so there is nothing to put back over`,
          {
            facts: { host, path },
          },
        );
      }
      return {
        diff: [{ path, before: now.sha256, after: 'what the upload replaced' }],
        preconditions: { hostKey: now.hostKey, sha256: now.sha256 },
        preimage: {},
        dryRun: 'none',
      };
    },

    async apply({ host, path, upload }, { hostKey, sha256 }, context) {
      const words = [path, encodeWord(upload), sha256];
      const recorded = await carryOutOnHost(
        ssh,
        { host, hostKey, bootId: null, verb: 'restore', words },
        context,
      );
      if (recorded.state !== 'applied') throw refusal({ host, unit: path, recorded });
      return { outcome: 'applied', output: uploadedOf(recorded) };
    },

    async probe({ host }, _pre, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: uploadedOf(recorded) };
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return { state: 'unknown', reason: `${host} has begun this operation and has no result of it` };
    },
  });

const sha256Of = (content: string) => createHash('sha256').update(content, 'utf8').digest('hex');

const uploadedOf = ({ facts, answer }: Extract<Recorded, { state: 'applied' }>) => ({
  hostTime: answer.hostTime.toISOString(),
  sha256: facts.sha256 === undefined || facts.sha256 === 'absent' ? null : facts.sha256,
});
