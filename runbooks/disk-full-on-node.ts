/**
 * A disk of a node is full. Which, and with what: only a container's log and the journal are emptied from here, the least
 * that makes room; what belongs to a pod, an image or a process is named with what frees it.
 */
import { z } from 'zod';
import { hosts } from '../activities/hosts/contract.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  finding,
  handOver,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { byHand, cleanUp, fullest, inWords, usedOf } from './analysis/disk-full.ts';
import { mebibytes } from './analysis/memory-limit.ts';
import { lastWords } from './disk-full-on-node/last-words.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

/** More logs than this in one plan nobody reads. */
const AT_ONCE = 5;

export default defineRunbook({
  id: 'disk-full-on-node',
  title: 'A disk of a node is full',
  owner: PLATFORM,
  description:
    'Finds the full filesystem of a node and what fills it. Empties the largest container logs and shrinks the journal, as much as is needed, and checks that the pressure goes. Names what frees the rest: emptyDirs, images, files that are deleted and still open.',
  input: z.object({
    node: Name,
    /** A filesystem counts as full from here on, in percent. */
    fullPercent: z.number().int().min(20).max(99).default(85),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert(
      {
        alertname:
          /^(KubeNodeDiskPressure|KubernetesDiskPressure|NodeFilesystem(AlmostOutOfSpace|SpaceFillingUp))$/,
      },
      ({ labels }) => ({ node: labels.node ?? labels.nodename ?? '' }),
    ),
  ],
  correlationKey: ({ node }) => node,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ node, fullPercent, withinSeconds }) {
    const mark = fullPercent / 100;
    const [usage, described] = await Promise.all([
      hosts.diskUsage({ host: node }),
      kubernetes.describeNode({ node }),
    ]);
    const pressure = described.pressure.includes('DiskPressure');
    const full = fullest(usage.filesystems, mark);
    const seen = usage.filesystems.slice(0, 20).map(inWords);
    if (!full) {
      const found = `No filesystem of ${node} is fuller than ${fullPercent} %.`;
      finding(found, { evidence: [...seen, `DiskPressure: ${pressure}`] });
      return pressure
        ? handOver(
            `${found} The kubelet reports DiskPressure all the same: it says so for some minutes after it has gone, or its thresholds are lower (evictionHard).`,
            { filesystems: seen },
          )
        : { over: true, found };
    }
    const here = usage.consumers.filter((c) => c.mount === full.mount);
    const known = here.reduce((sum, c) => sum + c.bytes, 0);
    finding(`${inWords(full)} is in use${pressure ? ', and the kubelet evicts pods for it' : ''}`, {
      evidence: [
        ...here.slice(0, 15).map(byHand),
        `${mebibytes(Math.max(0, full.usedBytes - known))} of it were not found in any of the places looked at`,
        ...usage.notMeasured.map((kind) => `not measured to the end: ${kind}`),
      ],
    });
    const rest = here
      .filter((c) => c.kind !== 'container-log' && c.kind !== 'journal')
      .slice(0, 10)
      .map(byHand);
    if (usedOf(full) < mark) {
      return handOver(
        `${full.mount} of ${node} is out of inodes, not of room: look for a folder with very many small files (find ${full.mount} -xdev -type d -size +1M).`,
        { filesystems: seen },
      );
    }
    const { logs, journal, freesBytes, needsBytes, enough } = cleanUp(full, { consumers: here, mark });
    const emptied = logs.slice(0, AT_ONCE);
    if (emptied.length === 0 && !journal) {
      return handOver(
        `${inWords(full)} on ${node}, and no container log or journal takes room there. ${rest.join('. ') || `By hand: du -x -d2 ${full.mount} | sort -n`}`,
        { filesystems: seen },
      );
    }
    const said = await Promise.all(emptied.map((log) => lastWords(log)));
    const plan = await propose(
      `Make ${mebibytes(freesBytes)} of room in ${full.mount} on ${node}`,
      [
        ...emptied.map((log) =>
          hosts.truncateLog({ host: node, path: log.path, inode: log.inode ?? 0, leastBytes: log.bytes }),
        ),
        ...(journal
          ? [
              hosts.vacuumJournal({
                host: node,
                keepBytes: journal.keepBytes,
                leastBytes: journal.keepBytes,
              }),
            ]
          : []),
      ],
      {
        because: [
          `${inWords(full)} is in use; ${mebibytes(needsBytes)} less is wanted.${enough ? '' : ' **This is not enough.**'}`,
          ...said,
          ...(rest.length > 0 ? [`Not touched:\n${rest.map((r) => `- ${r}`).join('\n')}`] : []),
        ].join('\n\n'),
      },
    );
    await carryOut(await approve(plan, ASK));

    const within = { within: `${withinSeconds}s` } as const;
    const roomNow = async () => {
      const now = (await hosts.diskUsage({ host: node })).filesystems.find((f) => f.mount === full.mount);
      if (!now) return { verdict: 'unknown' as const, reason: `${full.mount} is not mounted any more` };
      return { verdict: usedOf(now) < mark ? ('pass' as const) : ('fail' as const), reason: inWords(now) };
    };
    const checks = [
      await check(`${full.mount} on ${node} has room`, roomNow, within),
      ...(pressure
        ? [await check(`${node} is Ready, without pressure`, kubernetes.nodeReady, { node }, within)]
        : []),
    ];
    if (checks.includes('skipped')) {
      const { reason } = await roomNow();
      return handOver(
        `Room was made in ${full.mount} on ${node}, and it is not well yet: ${reason}. ${rest.join('. ') || 'It fills again as fast as it is emptied: mend what writes so much.'}`,
        { filesystems: seen },
      );
    }
    const writers = emptied.map((l) => `${l.pod?.namespace}/${l.pod?.name} (${l.container})`);
    remind(
      `${full.mount} on ${node} was full${writers.length > 0 ? ` of the log of ${writers.join(', ')}: why does it write so much, and does the kubelet rotate it (containerLogMaxSize)?` : ' of journal: is SystemMaxUse set in journald.conf?'}`,
      { at: 'next working day 09:30', to: PLATFORM },
    );
    return { mount: full.mount, emptied: emptied.map((l) => l.path), journal: journal !== undefined };
  },
});
