import { hosts } from '../../../activities/hosts/contract.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import diskFullOnNode from '../../../runbooks/disk-full-on-node.ts';
import type { Scenario } from '../../../testing/index.ts';
import { filesystem, journal } from '../disk.ts';
import { nodeDescribed } from '../node.ts';

/** /var is full, and a large journal is in it. */
const scenario: Scenario = async (stage) => {
  let used = 88;
  stage
    .answer(hosts.diskUsage, ({ host }, { ago }) => ({
      host,
      hostKey: 'k',
      hostTime: ago(0),
      filesystems: [filesystem('/var', used)],
      consumers: [journal(20)],
      notMeasured: [],
    }))
    .answer(kubernetes.describeNode, ({ node }) => nodeDescribed(node))
    .change(hosts.vacuumJournal, {
      apply: (_, { ago }) => {
        used = 73;
        return { hostTime: ago(0), freedBytes: 15 * 1024 * 1024 };
      },
    });
  // What is deleted from a journal is gone: two people.
  for (const name of ['ana', 'ben'])
    stage.person(name, 'platform-oncall').approves('Make 15 MiB of room in /var on n1');
  const run = await stage.run(diskFullOnNode, { node: 'n1' });
  run
    .ended('completed')
    .returned({ mount: '/var', emptied: [], journal: true })
    .reminds(/SystemMaxUse/, { of: 'platform-oncall', at: 'next working day 09:30' });
};
export default scenario;
